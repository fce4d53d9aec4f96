import { literal } from '../../platform/tabular/index.ts';
import { schemaInvalid } from '../errors.ts';
import { strictPattern } from './date-format.ts';
import { type Field, missingValuesOf, type TableSchema } from './table-schema.ts';

/** The DuckDB type a field is stored as. Decimals and wide integers widen when a value needs it; see `widen-physical.ts`. */
export type Physical = string;

export interface CompiledField {
  field: Field;
  physical: Physical;
  /** Text of the cell, null when missing; over the staged column. */
  text: string;
  /** Whether the text is a value of the type; over `t`. Null only for null. */
  lexical: string;
  /** Typed value, null when it does not fit type or physical; over `t`. */
  value: string;
  /**
   * The same by way of `w`, a bare cast of `t`: a text that the cast value prints back to is in its plainest lexical form, and
   * only other texts need the regular expression. Measured on 3 M rows: 1.0 s instead of 1.35 s of CPU.
   */
  quick: { cast: string; value: string } | undefined;
  checks: FieldCheck[];
}

export interface FieldCheck {
  code: string;
  /** True for a violating cell; over `t` and `v`. */
  violated: string;
  expected: string;
  /** Completes "Value 'v' …". */
  phrase: string;
}

export interface CellSource {
  /** SQL of the staged text, undefined when the file lacks the column. */
  cell: string | undefined;
  emptyIsNull: boolean;
  padded: boolean;
  /** Inferred integers refuse leading zeros and plus signs, which a declared integer may have. */
  canonical: boolean;
  refused?: RefusedTexts;
}

/** SQL of the texts found wrong beforehand, for the constraints that SQL cannot decide. */
export interface RefusedTexts {
  pattern?: string;
  jsonSchema?: string;
}
/** By field name. */
export type RefusedValues = ReadonlyMap<string, RefusedTexts>;

const blanks = "' ' || chr(9) || chr(10) || chr(13) || chr(160)";

/**
 * One field of a Table Schema as SQL. DuckDB's casts accept far more than the schema does (`1e3` and `1_000` as integer,
 * `yes` as boolean, `2018-1-5` as date), so the lexical form is always tested before casting.
 */
export function compileField(
  field: Field,
  schema: TableSchema,
  source: CellSource,
  names: { t: string; v: string; w?: string },
  physical: Physical = defaultPhysical(field),
): CompiledField {
  const { lexical, value } = casting(field, names.t, physical, source.canonical);
  return {
    field,
    physical,
    text: cellText(field, schema, source),
    lexical,
    value,
    quick: names.w === undefined ? undefined : quickCasting(field, names.t, names.w, physical, value),
    checks: checksOf(field, names, physical, source.refused ?? {}),
  };
}

export function defaultPhysical(field: Field): Physical {
  switch (field.type) {
    case 'integer':
      return 'BIGINT';
    case 'number':
      return 'DECIMAL(18,4)';
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'datetime':
      return 'TIMESTAMP';
    case 'time':
      return 'TIME';
    case 'year':
      return 'INTEGER';
    default:
      return 'VARCHAR';
  }
}

function cellText(field: Field, schema: TableSchema, source: CellSource): string {
  if (source.cell === undefined) return 'null::varchar';
  const missing = missingValuesOf(schema, field);
  const keepsBlanks = field.type === 'string' && field.trim === false;
  const trimmed = source.padded && !keepsBlanks ? `trim(${source.cell}, ${blanks})` : source.cell;
  const emptyIsMissing = missing.includes('');
  if (source.emptyIsNull && !(source.padded && !keepsBlanks)) {
    const others = missing.filter((value) => value !== '');
    const text = emptyIsMissing ? trimmed : `coalesce(${trimmed}, '')`;
    return others.length === 0 ? text : nullIn(text, others);
  }
  const text = source.emptyIsNull && !emptyIsMissing ? `coalesce(${trimmed}, '')` : trimmed;
  return missing.length === 0 ? text : nullIn(text, missing);
}

function nullIn(text: string, values: string[]): string {
  if (values.length === 1) return `nullif(${text}, ${literal(values[0]!)})`;
  return `case when ${text} in (${values.map(literal).join(', ')}) then null else ${text} end`;
}

/** A class of characters as it stands inside `[…]`, or one character outside. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function matches(t: string, pattern: string): string {
  return `regexp_full_match(${t}, ${literal(pattern)})`;
}

const zone = '(Z|[+-]\\d\\d:?\\d\\d)?';
const stringFormats: Record<string, string> = {
  email: '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+',
  uri: '[A-Za-z][A-Za-z0-9+.-]*:\\S+',
  uuid: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  binary: '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?',
};
const coordinate = '[+-]?\\d+(?:\\.\\d+)?';

function casting(field: Field, t: string, physical: Physical, canonical: boolean): { lexical: string; value: string } {
  const asText = (lexical: string) => ({ lexical, value: `case when ${lexical} then ${t} end` });
  const cast = (lexical: string, text: string, type: string) => ({
    lexical: `coalesce(${lexical} and try_cast(${text} as ${type}) is not null, false)`,
    value: `case when ${lexical} then try_cast(${text} as ${type}) end`,
  });
  const format = field.format === undefined || field.format === 'default' ? undefined : field.format;
  switch (field.type) {
    case 'integer':
      return integerCasting(field, t, physical, canonical);
    case 'number':
      return numberCasting(field, t, physical);
    case 'boolean': {
      const yes = literalsOf(field.trueValues ?? ['true', 'True', 'TRUE', '1']);
      const no = literalsOf(field.falseValues ?? ['false', 'False', 'FALSE', '0']);
      return {
        lexical: `(${t} in (${yes}) or ${t} in (${no}))`,
        value: `case when ${t} in (${yes}) then true when ${t} in (${no}) then false end`,
      };
    }
    case 'date':
      if (format === undefined) return cast(matches(t, '\\d{4}-\\d\\d-\\d\\d'), t, 'DATE');
      return patterned(t, format, 'DATE');
    case 'datetime':
      if (format === undefined) {
        const iso = `\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6}0*)?)?${zone}`;
        return cast(matches(t, iso), `try_cast(${t} as TIMESTAMPTZ)`, 'TIMESTAMP');
      }
      return patterned(t, format, 'TIMESTAMP');
    case 'time':
      if (format === undefined) return cast(matches(t, '\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?'), t, 'TIME');
      return patterned(t, format, 'TIME');
    case 'year':
      return cast(matches(t, '-?\\d{4,9}'), t, 'INTEGER');
    case 'yearmonth':
      return asText(matches(t, '-?\\d{4,}-(0[1-9]|1[0-2])'));
    case 'duration':
      return asText(
        `(${matches(t, '-?P(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+(\\.\\d+)?S)?)?')} and regexp_matches(${t}, '\\d[YMWDHS]$'))`,
      );
    case 'object':
      return asText(`(${matches(t, '(?s)\\s*\\{.*\\}\\s*')} and json_valid(${t}))`);
    case 'array':
      return asText(`(${matches(t, '(?s)\\s*\\[.*\\]\\s*')} and json_valid(${t}))`);
    case 'geojson':
      return asText(
        `(json_valid(${t}) and coalesce(json_extract_string(case when json_valid(${t}) then ${t} end, '$.type') in ('Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection', 'Feature', 'FeatureCollection', 'Topology'), false))`,
      );
    case 'geopoint':
      if (format === 'array') return asText(matches(t, `\\s*\\[\\s*${coordinate}\\s*,\\s*${coordinate}\\s*\\]\\s*`));
      if (format === 'object')
        return asText(
          `(json_valid(${t}) and ${matches(t, '(?s)\\s*\\{.*"lon".*"lat".*\\}\\s*|(?s)\\s*\\{.*"lat".*"lon".*\\}\\s*')})`,
        );
      return asText(matches(t, `${coordinate}\\s*,\\s*${coordinate}`));
    case 'string': {
      const pattern = format === undefined ? undefined : stringFormats[format];
      if (format !== undefined && pattern === undefined)
        throw schemaInvalid(`unknown format '${format}' of string field '${field.name}'`);
      return pattern === undefined ? { lexical: `(${t} is not null)`, value: t } : asText(matches(t, pattern));
    }
    case 'list':
      return asText(listLexical(field, t));
    case 'any':
      return { lexical: `(${t} is not null)`, value: t };
  }
}

/** Every item is a value of the item type, in its default format. */
function listLexical(field: Field, t: string): string {
  const type = field.itemType ?? 'string';
  if (type === 'string') return `(${t} is not null)`;
  const item = casting({ name: field.name, type }, 'trim(item)', defaultPhysical({ name: '', type }), false);
  return `(${t} is not null and list_bool_and(list_transform(${itemsOf(field, t)}, lambda item: coalesce(${item.lexical}, false))))`;
}

function itemsOf(field: Field, t: string): string {
  return `string_split(${t}, ${literal(field.delimiter ?? ',')})`;
}

function quickCasting(field: Field, t: string, w: string, physical: Physical, value: string): CompiledField['quick'] {
  const plain = !field.groupChar && field.bareNumber !== false && (field.decimalChar ?? '.') === '.';
  const number = plain && (physical === 'BIGINT' || physical.startsWith('DECIMAL'));
  const date = field.type === 'date' && (field.format === undefined || field.format === 'default');
  if (!(['integer', 'number'].includes(field.type) && number) && !date) return undefined;
  // Years of more than four digits and 'infinity' print back as well, and are no dates of a Table Schema.
  const same = date ? `${w}::varchar = ${t} and length(${t}) = 10` : `${w}::varchar = ${t}`;
  return { cast: `try_cast(${t} as ${physical})`, value: `case when ${same} then ${w} else ${value} end` };
}

function literalsOf(values: string[]): string {
  return values.length === 0 ? 'null' : values.map(literal).join(', ');
}

function integerCasting(
  field: Field,
  t: string,
  physical: Physical,
  canonical: boolean,
): { lexical: string; value: string } {
  const text = bare(field, ungrouped(field, t));
  const lexical = matches(text, canonical ? '0|-?[1-9]\\d*' : '[+-]?\\d+');
  if (physical === 'VARCHAR') return { lexical, value: `case when ${lexical} then ${text} end` };
  return { lexical, value: `case when ${lexical} then ${castTo(text, physical)} end` };
}

/** DuckDB reads a text as a decimal of 38 digits twenty times slower than as one of 18, which most numbers fit. */
function castTo(text: string, physical: Physical): string {
  const scale = /^DECIMAL\(38,(\d+)\)$/.exec(physical)?.[1];
  const whole = `try_cast(${text} as ${physical})`;
  if (scale === undefined || Number(scale) > 17) return whole;
  return `coalesce(try_cast(${text} as DECIMAL(18,${scale}))::${physical}, ${whole})`;
}

function numberCasting(field: Field, t: string, physical: Physical): { lexical: string; value: string } {
  const point = field.decimalChar ?? '.';
  const plain = bare(field, ungrouped(field, t));
  // A point is no digit separator where the comma marks decimals, and may not pass as one.
  const text = point === '.' ? plain : `replace(${plain}, ${literal(point)}, '.')`;
  const mark = escaped(point);
  const lexical = matches(plain, `[+-]?(\\d+(${mark}\\d*)?|${mark}\\d+)([eE][+-]?\\d+)?|NaN|INF|-INF`);
  const scale = /^DECIMAL\(\d+,(\d+)\)$/.exec(physical)?.[1];
  const storable =
    scale === undefined
      ? lexical
      : matches(plain, `[+-]?(\\d+(${mark}\\d{0,${scale}})?${Number(scale) > 0 ? `|${mark}\\d{1,${scale}}` : ''})`);
  return { lexical, value: `case when ${storable} then ${castTo(text, physical)} end` };
}

function ungrouped(field: Field, t: string): string {
  return field.groupChar ? `replace(${t}, ${literal(field.groupChar)}, '')` : t;
}

/** `bareNumber: false` allows decoration before and after the number, such as `€` or `%`. */
function bare(field: Field, t: string): string {
  if (field.bareNumber !== false) return t;
  const keep = `0-9+\\-${escaped(field.decimalChar ?? '.')}`;
  return `regexp_replace(regexp_replace(${t}, '^[^${keep}]+', ''), '[^0-9]+$', '')`;
}

function patterned(t: string, format: string, type: string): { lexical: string; value: string } {
  const pattern = strictPattern(format);
  const parsed = `try_strptime(${t}, ${literal(format)})`;
  return {
    lexical: `coalesce(${matches(t, pattern)} and ${parsed} is not null, false)`,
    value: `case when ${matches(t, pattern)} then ${parsed}::${type} end`,
  };
}

function checksOf(
  field: Field,
  { t, v }: { t: string; v: string },
  physical: Physical,
  refused: RefusedTexts,
): FieldCheck[] {
  const constraints = field.constraints ?? {};
  const checks: FieldCheck[] = [];
  /** A limit in the field's own lexical form, read by the same rules as the cells. */
  const typed = (value: string | number | boolean): string => {
    const text = literal(String(value));
    return `(${casting({ ...field, ...englishNumbers(field) }, text, physicalOfLimit(physical, String(value)), false).value})`;
  };
  const add = (code: string, violated: string, expected: unknown, phrase: string) => {
    checks.push({ code, violated: `(${v} is not null and ${violated})`, expected: String(expected), phrase });
  };
  if (constraints.pattern !== undefined) {
    add(
      'pattern-constraint',
      refused.pattern === undefined ? `not ${matches(t, constraints.pattern)}` : `${t} in (${refused.pattern})`,
      constraints.pattern,
      `does not match the pattern '${constraints.pattern}'`,
    );
  }
  if (constraints.jsonSchema !== undefined && refused.jsonSchema !== undefined) {
    add(
      'json-schema-constraint',
      `${t} in (${refused.jsonSchema})`,
      JSON.stringify(constraints.jsonSchema).slice(0, 500),
      'does not fit the JSON Schema of the field',
    );
  }
  if (constraints.enum !== undefined) {
    const list = constraints.enum.map((value) =>
      field.type === 'string' || physical === 'VARCHAR' ? literal(String(value)) : typed(value),
    );
    add(
      'enumerable-constraint',
      `coalesce(not (${v} in (${list.join(', ')})), true)`,
      JSON.stringify(constraints.enum),
      'is not in the list of allowed values',
    );
  }
  if (field.categories !== undefined) {
    const values = field.categories.map((category) => (typeof category === 'object' ? category.value : category));
    const list = values.map((value) => (physical === 'VARCHAR' ? literal(String(value)) : typed(value)));
    add(
      'category-constraint',
      `coalesce(not (${v} in (${list.join(', ')})), true)`,
      JSON.stringify(values),
      'is none of the categories',
    );
  }
  const size =
    field.type === 'array'
      ? `json_array_length(${t})`
      : field.type === 'object'
        ? `len(json_keys(${t}))`
        : field.type === 'list'
          ? `len(${itemsOf(field, t)})`
          : `length(${t})`;
  if (constraints.minLength !== undefined) {
    add(
      'minimum-length-constraint',
      `${size} < ${Math.trunc(constraints.minLength)}`,
      constraints.minLength,
      `is shorter than ${constraints.minLength}`,
    );
  }
  if (constraints.maxLength !== undefined) {
    add(
      'maximum-length-constraint',
      `${size} > ${Math.trunc(constraints.maxLength)}`,
      constraints.maxLength,
      `is longer than ${constraints.maxLength}`,
    );
  }
  const bounds = [
    ['minimum', 'minimum-constraint', '<', 'is less than'],
    ['maximum', 'maximum-constraint', '>', 'is greater than'],
    ['exclusiveMinimum', 'exclusive-minimum-constraint', '<=', 'is not greater than'],
    ['exclusiveMaximum', 'exclusive-maximum-constraint', '>=', 'is not less than'],
  ] as const;
  for (const [key, code, operator, phrase] of bounds) {
    const bound = constraints[key];
    if (bound !== undefined) add(code, `${v} ${operator} ${typed(bound)}`, bound, `${phrase} ${bound}`);
  }
  return checks;
}

/** As the cells where the limit fits: comparing them with 38 digits costs a wide cast of every cell. */
function physicalOfLimit(physical: Physical, limit: string): Physical {
  const [, width, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(physical) ?? [];
  if (width === undefined) return physical;
  const [, whole, fraction = ''] = /^[+-]?(\d+)(?:\.(\d*))?$/.exec(limit) ?? [];
  const fits = whole !== undefined && whole.length <= Number(width) - Number(scale) && fraction.length <= Number(scale);
  return fits ? physical : 'DECIMAL(38,10)';
}

/** Limits of a schema are JSON numbers or plain texts, whatever marks the cells use. */
function englishNumbers(field: Field): Partial<Field> {
  return field.type === 'number' || field.type === 'integer'
    ? { decimalChar: '.', groupChar: '', bareNumber: true }
    : {};
}
