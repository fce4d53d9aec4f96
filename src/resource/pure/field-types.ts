/**
 * What each type of field means: its PostgreSQL type, how text from a query or form becomes a value, what a JSON body
 * may hold, and how SQL writes it as JSON or CSV. Read by parser, SQL, schema, OpenAPI and validation alike.
 */
export interface FieldTypeRow {
  sqlType: string;
  /** DuckDB type, for Parquet. */
  duckType: string;
  /** Word in `/schema`. */
  schemaType: 'string' | 'integer' | 'float' | 'boolean' | 'date' | 'datetime' | 'list' | 'dict';
  jsonSchema: Record<string, unknown>;
  /** "must be …" in refusals. */
  noun: string;
  /** Undefined: the text is no value of this type. */
  fromText(text: string): unknown;
  /** Undefined: the JSON value is no value of this type. Null never arrives here. JSON stays a value, for the hooks. */
  fromJson(value: unknown): unknown;
  /** SQL text expression of the value as JSON; null stays null. */
  toJson(column: string): string;
  /** SQL text expression of the value as CSV. */
  toCsv(column: string): string;
}

export type FieldType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'uuid'
  | 'list'
  | 'dict'
  | 'json'
  | 'scalar';

export const fieldTypes: Record<FieldType, FieldTypeRow> = {
  string: {
    sqlType: 'text',
    duckType: 'VARCHAR',
    schemaType: 'string',
    jsonSchema: { type: 'string' },
    noun: 'text',
    fromText: storableText,
    fromJson: (value) => (typeof value === 'string' ? storableText(value) : undefined),
    toJson: (column) => `to_json(${column})::text`,
    toCsv: (column) => `${column}::text`,
  },
  integer: {
    sqlType: 'bigint',
    duckType: 'BIGINT',
    schemaType: 'integer',
    jsonSchema: { type: 'integer' },
    noun: 'an integer',
    fromText: (text) => (/^[+-]?\d{1,16}$/.test(text.trim()) ? safeInteger(Number(text)) : undefined),
    fromJson: (value) =>
      typeof value === 'string' ? fieldTypes.integer.fromText(value) : safeInteger(value as number),
    toJson: (column) => `${column}::text`,
    toCsv: (column) => `${column}::text`,
  },
  number: {
    sqlType: 'double precision',
    duckType: 'DOUBLE',
    schemaType: 'float',
    jsonSchema: { type: 'number' },
    noun: 'a number',
    fromText: (text) =>
      /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text.trim()) ? finite(Number(text)) : undefined,
    fromJson: (value) => (typeof value === 'string' ? fieldTypes.number.fromText(value) : finite(value as number)),
    // NaN and the infinities are no JSON: x - x is 0 for every other number.
    toJson: (column) => `(case when ${column} - ${column} = 0 then ${column} end)::text`,
    toCsv: (column) => `(case when ${column} - ${column} = 0 then ${column} end)::text`,
  },
  boolean: {
    sqlType: 'boolean',
    duckType: 'BOOLEAN',
    schemaType: 'boolean',
    jsonSchema: { type: 'boolean' },
    noun: 'true or false',
    fromText: (text) => booleanWords.get(text.trim().toLowerCase()),
    fromJson: (value) =>
      typeof value === 'boolean'
        ? value
        : typeof value === 'string' || value === 0 || value === 1
          ? fieldTypes.boolean.fromText(String(value))
          : undefined,
    toJson: (column) => `${column}::text`,
    toCsv: (column) => `${column}::text`,
  },
  date: {
    sqlType: 'date',
    duckType: 'DATE',
    schemaType: 'date',
    jsonSchema: { type: 'string', format: 'date' },
    noun: 'a date as YYYY-MM-DD',
    fromText: calendarDay,
    fromJson: (value) => (typeof value === 'string' ? calendarDay(value) : undefined),
    toJson: (column) => `('"' || to_char(${column}, 'YYYY-MM-DD') || '"')`,
    toCsv: (column) => `to_char(${column}, 'YYYY-MM-DD')`,
  },
  datetime: {
    sqlType: 'timestamptz',
    duckType: 'TIMESTAMPTZ',
    schemaType: 'datetime',
    jsonSchema: { type: 'string', format: 'date-time' },
    noun: 'an instant as YYYY-MM-DDTHH:MM:SSZ',
    fromText: instant,
    fromJson: (value) => (typeof value === 'string' ? instant(value) : undefined),
    toJson: (column) => `('"' || to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"')`,
    toCsv: (column) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  },
  uuid: {
    sqlType: 'uuid',
    duckType: 'UUID',
    schemaType: 'string',
    jsonSchema: { type: 'string', format: 'uuid' },
    noun: 'a UUID',
    fromText: (text) => (/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined),
    fromJson: (value) => (typeof value === 'string' ? fieldTypes.uuid.fromText(value) : undefined),
    toJson: (column) => `('"' || ${column} || '"')`,
    toCsv: (column) => `${column}::text`,
  },
  list: jsonType('list', 'a JSON list', { type: 'array', items: {} }, Array.isArray),
  dict: jsonType(
    'dict',
    'a JSON object',
    { type: 'object', additionalProperties: true },
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ),
  json: jsonType('dict', 'a JSON value', {}, () => true),
  // One value that is a number in some rows and text in others: jsonb inside, bare outside.
  scalar: {
    ...jsonType('list', 'a number or a text', { type: ['number', 'string'] }, (value) => typeof value !== 'object'),
    duckType: 'VARCHAR',
    schemaType: 'string',
    toCsv: (column) => `(${column} #>> '{}')`,
  },
};

export const isJsonType = (type: FieldType): boolean => ['list', 'dict', 'json', 'scalar'].includes(type);

function jsonType(
  schemaType: 'list' | 'dict',
  noun: string,
  jsonSchema: Record<string, unknown>,
  fits: (value: unknown) => boolean,
): FieldTypeRow {
  const accepted = (value: unknown) => (value !== undefined && fits(value) && isStorable(value) ? value : undefined);
  const fromText = (text: string) => accepted(parseJson(text));
  return {
    sqlType: 'jsonb',
    duckType: 'JSON',
    schemaType,
    jsonSchema,
    noun,
    fromText,
    // A string is taken as JSON text, as form clients and the original's clients send it.
    fromJson: (value) => (typeof value === 'string' ? fromText(value) : accepted(value)),
    toJson: (column) => `${column}::text`,
    toCsv: (column) => `${column}::text`,
  };
}

/**
 * PostgreSQL stores NUL in no JSON; halves of surrogate pairs a driver makes marks of, and what is no number here, such as
 * 1e999, would be null.
 */
function isStorable(value: unknown): boolean {
  let isWhole = true;
  const json = JSON.stringify(value, (_, one: unknown) => {
    isWhole &&= typeof one !== 'number' || Number.isFinite(one);
    return one;
  });
  return isWhole && !/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/.test(json);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const booleanWords = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function storableText(text: string): string | undefined {
  return text.includes('\0') || !text.isWellFormed() ? undefined : text;
}

const safeInteger = (value: unknown) => (Number.isSafeInteger(value) ? value : undefined);
const finite = (value: unknown) => (Number.isFinite(value) ? value : undefined);

function calendarDay(text: string): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
  return match && isDay(Number(match[1]), Number(match[2]), Number(match[3])) ? match[0] : undefined;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** ISO 8601; without a zone it is UTC, a bare day its first moment. Microseconds survive, hence text and no Date. */
function instant(text: string): string | undefined {
  // A plus sign arrives as a blank from clients that do not encode it.
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?\s*(Z|[+ -]\d{2}:?(?:\d{2})?)?)?$/i.exec(
      text.trim(),
    );
  const day = match?.[1] && calendarDay(match[1]);
  if (!match || !day) return undefined;
  const [, , hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = /^[ +-](\d{2}):?(\d{2})?$/.exec(zone);
  if (offset && (Number(offset[1]) > 14 || Number(offset[2] ?? 0) > 59)) return undefined;
  return `${day}T${hour}:${minute}:${second}${fraction}${zone.replace(' ', '+').toUpperCase()}`;
}
