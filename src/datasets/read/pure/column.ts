import type { TableSchema } from '../../dataset.ts';

/** What can be compared with what. `json` and `other` are compared as text. */
export type ColumnKind = 'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'time' | 'json' | 'other';

export interface Column {
  name: string;
  title: string;
  kind: ColumnKind;
  /** Type of the Table Schema. */
  fieldType: string;
  /** Type of the stored table. */
  engineType: string;
  /** Lineage (`_row`, `_rev`): shown only when named. */
  hidden: boolean;
  key: boolean;
  /** Numbers that a double cannot hold exactly may occur: they leave as text in JSON. */
  wide: boolean;
  /** Labels by value, as text; empty: none. */
  labels: ReadonlyMap<string, string>;
}

export interface EngineColumn {
  name: string;
  type: string;
  /** Largest absolute value of a column of exact numbers, where the file says it. */
  largest?: number;
}

/** The columns of a stored table: those of its schema in their order, then the hidden ones. */
export function columnsOf(schema: TableSchema, key: readonly string[], stored: readonly EngineColumn[]): Column[] {
  const engine = new Map(stored.map((column) => [column.name, column]));
  const declared = schema.fields.flatMap((field) => {
    const found = engine.get(field.name);
    return found === undefined ? [] : [columnOf(field, found, key.includes(field.name))];
  });
  const names = new Set(schema.fields.map((field) => field.name));
  const hidden = stored
    .filter((column) => !names.has(column.name))
    .map((column) => ({ ...columnOf({ name: column.name, type: '' }, column, false), hidden: true }));
  return [...declared, ...hidden];
}

function columnOf(field: TableSchema['fields'][number], stored: EngineColumn, key: boolean): Column {
  const kind = kindOf(stored.type, field.type);
  return {
    name: field.name,
    title: typeof field.title === 'string' && field.title !== '' ? field.title : field.name,
    kind,
    fieldType: field.type || plainTypes[kind],
    engineType: stored.type,
    hidden: false,
    key,
    wide: kind === 'number' && isWide(stored),
    labels: labelsOf(field.categories),
  };
}

const plainTypes: Record<ColumnKind, string> = {
  number: 'integer',
  text: 'string',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  json: 'object',
  other: 'any',
};

function kindOf(engineType: string, fieldType: string): ColumnKind {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\))$/.test(engineType)) return 'number';
  if (engineType === 'BOOLEAN') return 'boolean';
  if (engineType === 'DATE') return 'date';
  if (engineType.startsWith('TIMESTAMP')) return 'datetime';
  if (engineType.startsWith('TIME')) return 'time';
  if (engineType === 'JSON') return 'json';
  if (engineType !== 'VARCHAR') return 'other';
  return ['object', 'array', 'list', 'geojson'].includes(fieldType) ? 'json' : 'text';
}

/** Up to this, in units of the last decimal place, a double holds every number of the type. */
export function largestExact(engineType: string): number {
  const scale = Number(/^DECIMAL\(\d+,(\d+)\)$/.exec(engineType)?.[1] ?? 0);
  return Number.MAX_SAFE_INTEGER / 10 ** scale;
}

function isWide({ type, largest }: EngineColumn): boolean {
  if (!mayBeWide(type)) return false;
  return largest === undefined || largest > largestExact(type);
}

/** Types whose numbers can have more digits than a double. */
export const mayBeWide = (engineType: string): boolean => /^(U?(BIGINT|HUGEINT)|DECIMAL\(.*\))$/.test(engineType);

function labelsOf(categories: unknown): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  if (!Array.isArray(categories)) return labels;
  for (const category of categories as unknown[]) {
    if (typeof category !== 'object' || category === null) continue;
    const { value, label } = category as { value?: unknown; label?: unknown };
    if (value !== undefined && typeof label === 'string') labels.set(String(value), label);
  }
  return labels;
}
