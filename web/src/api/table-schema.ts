/** Table Schema (Data Package v2), as far as the app shows and changes it. */
export interface TableField {
  name: string;
  type: FieldType;
  format?: string;
  title?: string;
  description?: string;
  missingValues?: (string | { value: string; label?: string })[];
  constraints?: Record<string, unknown>;
  /** Share of the values that fit the type; only where the server proposed it. */
  confidence?: number;
  /** Types that would fit as well. */
  offered?: FieldType[];
  [more: string]: unknown;
}

export interface TableSchema {
  fields: TableField[];
  primaryKey?: string | string[];
  missingValues?: string[];
  [more: string]: unknown;
}

export const fieldTypes = [
  'string',
  'integer',
  'number',
  'boolean',
  'date',
  'datetime',
  'time',
  'year',
  'yearmonth',
  'duration',
  'object',
  'array',
  'list',
  'geopoint',
  'geojson',
  'any',
] as const;
export type FieldType = (typeof fieldTypes)[number];

export const isNumeric = (type: FieldType | undefined): boolean => type === 'integer' || type === 'number';
export const isTemporal = (type: FieldType | undefined): boolean =>
  type === 'date' || type === 'datetime' || type === 'time';

export const keyOf = (schema: TableSchema): string[] => [schema.primaryKey ?? []].flat();
