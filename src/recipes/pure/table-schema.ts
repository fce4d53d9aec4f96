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

export const itemTypes = ['string', 'integer', 'boolean', 'number', 'datetime', 'date', 'time'] as const;
export type ItemType = (typeof itemTypes)[number];

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
  /** What stands between the items of a `list`. Default a comma. */
  delimiter?: string;
  /** Type of the items of a `list`. Default `string`. */
  itemType?: ItemType;
  /** Ours: false keeps blanks around the values of a string field. Default true. */
  trim?: boolean;
  /** Ours: share of the non-empty values that fit the type; set by inference only. */
  confidence?: number;
  /** Ours: types that would fit as well, such as boolean for a column of 0 and 1. */
  offered?: FieldType[];
}

/** Rows that must be there for others: `resource` absent or empty means this very table, and only that can be checked. */
export interface ForeignKey {
  fields: string | string[];
  reference: { resource?: string; fields: string | string[] };
}

export const fieldsMatches = ['exact', 'equal', 'subset', 'superset', 'partial'] as const;
export type FieldsMatch = (typeof fieldsMatches)[number];

export interface TableSchema {
  fields: Field[];
  missingValues?: MissingValue[];
  primaryKey?: string | string[];
  uniqueKeys?: string[][];
  foreignKeys?: ForeignKey[];
  /** How columns of the file answer to fields, as a word or a list of one word. Absent: `schemaPolicy` decides. */
  fieldsMatch?: FieldsMatch | FieldsMatch[];
}

export function primaryKeyOf(schema: TableSchema): string[] {
  if (schema.primaryKey === undefined) return [];
  return typeof schema.primaryKey === 'string' ? [schema.primaryKey] : schema.primaryKey;
}

export function fieldsMatchOf(schema: TableSchema): FieldsMatch | undefined {
  return Array.isArray(schema.fieldsMatch) ? schema.fieldsMatch[0] : schema.fieldsMatch;
}

/** Both sides of a foreign key as lists of equal length. */
export function sidesOf({ fields, reference }: ForeignKey): { fields: string[]; target: string[] } {
  const list = (names: string | string[]) => (typeof names === 'string' ? [names] : names);
  return { fields: list(fields), target: list(reference.fields) };
}

export function missingValuesOf(schema: TableSchema, field: Field): string[] {
  const values = field.missingValues ?? schema.missingValues ?? [''];
  return values.map((value) => (typeof value === 'string' ? value : value.value));
}

/**
 * What is wrong with a schema, as pointer and sentence; empty when it can be compiled. In a package with other tables a foreign
 * key may name one of them, and names that differ in case are two.
 */
export function schemaProblems(
  schema: TableSchema,
  { inPackage = false } = {},
): { pointer: string; problem: string }[] {
  const problems: { pointer: string; problem: string }[] = [];
  if (!Array.isArray(schema.fields)) return [{ pointer: '/fields', problem: 'fields must be a list' }];
  const names = new Set<string>();
  schema.fields.forEach((field, i) => {
    const at = `/fields/${i}`;
    if (typeof field.name !== 'string' || field.name === '')
      problems.push({ pointer: `${at}/name`, problem: 'a field needs a name' });
    const folded = inPackage ? String(field.name) : String(field.name).toLowerCase();
    if (names.has(folded))
      problems.push({ pointer: `${at}/name`, problem: `the field name '${field.name}' is used twice` });
    names.add(folded);
    if (!fieldTypes.includes(field.type))
      problems.push({ pointer: `${at}/type`, problem: `unknown type '${field.type}'` });
    for (const [key, value] of Object.entries(field.constraints ?? {})) {
      const problem = constraintProblem(key, value);
      if (problem) problems.push({ pointer: `${at}/constraints/${key}`, problem });
    }
    problems.push(...shapeProblems(field, at));
  });
  const known = (name: string) => schema.fields.some((field) => field.name === name);
  for (const name of [...primaryKeyOf(schema), ...(schema.uniqueKeys ?? []).flat()]) {
    if (!known(name)) problems.push({ pointer: '/primaryKey', problem: `the key names an unknown field '${name}'` });
  }
  (schema.foreignKeys ?? []).forEach((foreignKey, i) => {
    const problem = foreignKeyProblem(foreignKey, known, inPackage);
    if (problem) problems.push({ pointer: `/foreignKeys/${i}`, problem });
  });
  const match = fieldsMatchOf(schema);
  if (match !== undefined && !fieldsMatches.includes(match))
    problems.push({ pointer: '/fieldsMatch', problem: `unknown fieldsMatch '${match}'` });
  return problems;
}

/** What only some types have. */
function shapeProblems(field: Field, at: string): { pointer: string; problem: string }[] {
  const problems: { pointer: string; problem: string }[] = [];
  if (field.constraints?.jsonSchema !== undefined && !['object', 'array', 'geojson'].includes(field.type)) {
    problems.push({
      pointer: `${at}/constraints/jsonSchema`,
      problem: `jsonSchema is for object, array and geojson fields, and '${field.name}' is '${field.type}'`,
    });
  }
  if (field.itemType !== undefined && !itemTypes.includes(field.itemType))
    problems.push({ pointer: `${at}/itemType`, problem: `unknown item type '${field.itemType}'` });
  if (field.delimiter !== undefined && (typeof field.delimiter !== 'string' || field.delimiter === ''))
    problems.push({ pointer: `${at}/delimiter`, problem: 'the delimiter of a list must be a text' });
  return problems;
}

function foreignKeyProblem(
  foreignKey: ForeignKey,
  known: (name: string) => boolean,
  inPackage: boolean,
): string | undefined {
  const isNames = (value: unknown) =>
    typeof value === 'string' || (Array.isArray(value) && value.every((name) => typeof name === 'string'));
  if (!isNames(foreignKey?.fields) || !isNames(foreignKey.reference?.fields))
    return 'a foreign key needs fields and reference.fields';
  const { resource } = foreignKey.reference;
  const isOwn = resource === undefined || resource === '';
  if (!isOwn && !inPackage)
    return `the foreign key refers to the resource '${resource}', which is not at hand; only references to the table itself ("") can be checked`;
  const { fields, target } = sidesOf(foreignKey);
  if (fields.length === 0 || fields.length !== target.length)
    return 'a foreign key needs as many fields as its reference';
  const unknown = [...fields, ...(isOwn ? target : [])].find((name) => !known(name));
  return unknown === undefined ? undefined : `the foreign key names an unknown field '${unknown}'`;
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
