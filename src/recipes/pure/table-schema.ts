/** Table Schema of Data Package v2, with v1's forms read leniently. */
export type FieldType =
  | 'integer'
  | 'number'
  | 'boolean'
  | 'string'
  | 'date'
  | 'datetime'
  | 'time'
  | 'year'
  | 'yearmonth'
  | 'duration'
  | 'object'
  | 'array'
  | 'list'
  | 'geopoint'
  | 'geojson'
  | 'any';

export const fieldTypes: readonly FieldType[] = [
  'integer',
  'number',
  'boolean',
  'string',
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
];

export interface Constraints {
  required?: boolean;
  unique?: boolean;
  pattern?: string;
  enum?: (string | number | boolean)[];
  minLength?: number;
  maxLength?: number;
  minimum?: string | number;
  maximum?: string | number;
  exclusiveMinimum?: string | number;
  exclusiveMaximum?: string | number;
  jsonSchema?: Record<string, unknown>;
}

export type MissingValue = string | { value: string; label?: string };
export type Category = string | number | { value: string | number; label?: string };

export interface Field {
  name: string;
  type: FieldType;
  format?: string;
  title?: string;
  description?: string;
  example?: unknown;
  constraints?: Constraints;
  categories?: Category[];
  categoriesOrdered?: boolean;
  missingValues?: MissingValue[];
  trueValues?: string[];
  falseValues?: string[];
  decimalChar?: string;
  groupChar?: string;
  bareNumber?: boolean;
  /** Ours: false keeps blanks around the values of a string field. Default true. */
  trim?: boolean;
  /** Ours: share of the non-empty values that fit the type; set by inference only. */
  confidence?: number;
  /** Ours: types that would fit as well, such as boolean for a column of 0 and 1. */
  offered?: FieldType[];
}

export interface TableSchema {
  fields: Field[];
  missingValues?: MissingValue[];
  primaryKey?: string | string[];
  uniqueKeys?: string[][];
  foreignKeys?: unknown[];
  fieldsMatch?:
    | 'exact'
    | 'equal'
    | 'subset'
    | 'superset'
    | 'partial'
    | ('exact' | 'equal' | 'subset' | 'superset' | 'partial')[];
}

export function primaryKeyOf(schema: TableSchema): string[] {
  if (schema.primaryKey === undefined) return [];
  return typeof schema.primaryKey === 'string' ? [schema.primaryKey] : schema.primaryKey;
}

export function missingValuesOf(schema: TableSchema, field: Field): string[] {
  const values = field.missingValues ?? schema.missingValues ?? [''];
  return values.map((value) => (typeof value === 'string' ? value : value.value));
}

/** What is wrong with a schema, as pointer and sentence; empty when it can be compiled. */
export function schemaProblems(schema: TableSchema): { pointer: string; problem: string }[] {
  const problems: { pointer: string; problem: string }[] = [];
  if (!Array.isArray(schema.fields)) return [{ pointer: '/fields', problem: 'fields must be a list' }];
  const names = new Set<string>();
  schema.fields.forEach((field, i) => {
    const at = `/fields/${i}`;
    if (typeof field.name !== 'string' || field.name === '')
      problems.push({ pointer: `${at}/name`, problem: 'a field needs a name' });
    const folded = String(field.name).toLowerCase();
    if (names.has(folded))
      problems.push({ pointer: `${at}/name`, problem: `the field name '${field.name}' is used twice` });
    names.add(folded);
    if (!fieldTypes.includes(field.type))
      problems.push({ pointer: `${at}/type`, problem: `unknown type '${field.type}'` });
    for (const [key, value] of Object.entries(field.constraints ?? {})) {
      const problem = constraintProblem(key, value);
      if (problem) problems.push({ pointer: `${at}/constraints/${key}`, problem });
    }
  });
  const known = (name: string) => schema.fields.some((field) => field.name === name);
  for (const name of [...primaryKeyOf(schema), ...(schema.uniqueKeys ?? []).flat()]) {
    if (!known(name)) problems.push({ pointer: '/primaryKey', problem: `the key names an unknown field '${name}'` });
  }
  return problems;
}

const constraintKinds: Record<string, (value: unknown) => boolean> = {
  required: (v) => typeof v === 'boolean',
  unique: (v) => typeof v === 'boolean',
  pattern: (v) => typeof v === 'string' && v.length <= 1000,
  enum: (v) => Array.isArray(v) && v.length > 0,
  minLength: (v) => Number.isInteger(v),
  maxLength: (v) => Number.isInteger(v),
  minimum: (v) => ['string', 'number'].includes(typeof v),
  maximum: (v) => ['string', 'number'].includes(typeof v),
  exclusiveMinimum: (v) => ['string', 'number'].includes(typeof v),
  exclusiveMaximum: (v) => ['string', 'number'].includes(typeof v),
  jsonSchema: (v) => typeof v === 'object' && v !== null,
};

function constraintProblem(key: string, value: unknown): string | undefined {
  const fits = constraintKinds[key];
  if (fits === undefined) return `unknown constraint '${key}'`;
  return fits(value) ? undefined : `bad value for constraint '${key}'`;
}
