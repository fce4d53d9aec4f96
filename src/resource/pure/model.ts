import { type Sql, sql } from '../../platform/db/index.ts';
import type { Access, AccessColumns } from '../access.ts';
import type { Field, ResourceDeclaration } from '../declaration.ts';
import { type FieldType, fieldTypes } from './field-types.ts';

/** A declaration with everything worked out that does not depend on a request. Made once, at start-up. */
export interface Model {
  name: string;
  declaration: ResourceDeclaration;
  fields: Map<string, FieldModel>;
  primaryKey: FieldModel;
  /** Relation name → the foreign key it goes over. */
  relations: Map<string, Relation>;
  /** Foreign keys of other resources that point here. */
  referrers: { model: Model; field: FieldModel }[];
  /** Groups of fields that are unique together; single fields come first. */
  uniqueGroups: string[][];
  listFields: string[];
  detailFields: string[];
  methods: Set<'POST' | 'PUT' | 'PATCH' | 'DELETE'>;
  /** Work remembered per name: finite, because only declared names get in. */
  columns: Map<string, Column>;
}

export interface FieldModel {
  name: string;
  field: Field;
  type: FieldType;
  /** What values it is compared with are cast to: the widest of its kind, so that no number is out of range. */
  sqlType: string;
  /** Type of the column. */
  columnType: string;
  nullable: boolean;
  isPrimaryKey: boolean;
  /** Is there a column of this resource's own table that a write may set? */
  stored: boolean;
  /** Part of a unique or natural key? */
  inUniqueGroup: boolean;
  /** SQL of the value, given the alias of the row. */
  sql(alias: string): string;
}

export interface Relation {
  foreignKey: FieldModel;
  target: Model;
}

/** One step to a related row. The alias is fixed per path, so that a statement joins each path once. */
export interface Join {
  alias: string;
  parentAlias: string;
  foreignKey: FieldModel;
  target: Model;
}

/** A field or related field as a statement sees it. */
export interface Column {
  path: string;
  field: FieldModel;
  sql: string;
  nullable: boolean;
  joins: Join[];
}

export function buildModels(declarations: readonly ResourceDeclaration[]): Map<string, Model> {
  const models = new Map<string, Model>();
  for (const declaration of declarations) {
    if (models.has(declaration.resource_name)) throw new Error(`resource ${declaration.resource_name} declared twice`);
    models.set(declaration.resource_name, modelOf(declaration));
  }
  for (const model of models.values()) relate(model, models);
  for (const model of models.values()) check(model);
  return models;
}

/**
 * Finds a field, a related field or the foreign key behind a relation's name. At most three joins. Undefined for
 * anything unknown, and for secrets.
 */
export function findColumn(model: Model, path: string): Column | undefined {
  const known = model.columns.get(path);
  if (known) return known;
  const column = resolve(model, path, []);
  if (column) model.columns.set(path, column);
  return column;
}

/** A column that only one request has: it can be shown, and nothing else. */
export function expressionColumn(path: string, type: FieldType, expression: string): Column {
  const field = fieldModel(path, { type, nullable: true, expression }, false, false);
  return { path, field, sql: field.sql(aliasOfRow), nullable: true, joins: [] };
}

/** The rows of `alias` on which the caller holds the right. Null right: open to everybody. */
export function accessWhere(model: Model, right: string | null, alias: string, access: Access): Sql {
  if (right === null) return sql`true`;
  const { rows } = model.declaration.permission;
  if (rows === undefined) return access.where(right, accessColumns(model, alias));
  return rows(right, access, (field) => pathAsSubquery(model, field, alias));
}

export function isVisibleField(field: FieldModel, access: Access): boolean {
  return field.field.secret !== true && (field.field.right === undefined || access.can(field.field.right));
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const aliasOfRow = 't';
const maxJoins = 3;

function modelOf(declaration: ResourceDeclaration): Model {
  const primaryKeyName = declaration.primary_key ?? 'id';
  const keyFields = new Set((declaration.natural_keys ?? []).flat());
  const fields = new Map(
    Object.entries(declaration.fields).map(([name, field]) => [
      name,
      fieldModel(name, field, name === primaryKeyName, keyFields.has(name)),
    ]),
  );
  const primaryKey = fields.get(primaryKeyName);
  if (!primaryKey) throw new Error(`${declaration.resource_name} has no field ${primaryKeyName}`);
  const readable = [...fields.values()].filter((field) => !field.field.secret).map((field) => field.name);
  const listFields = [...(declaration.query_fields ?? readable)];
  const singles = [...fields.values()].filter((field) => field.field.unique || field.isPrimaryKey).map((f) => [f.name]);
  const writable = typeof declaration.object_class === 'string' && declaration.permission.write !== undefined;
  return {
    name: declaration.resource_name,
    declaration,
    fields,
    primaryKey,
    relations: new Map(),
    referrers: [],
    uniqueGroups: [...singles, ...(declaration.natural_keys ?? []).map((group) => [...group])],
    listFields,
    detailFields: [...(declaration.detail_fields ?? new Set([...listFields, ...readable]))],
    methods: new Set(writable ? (declaration.methods ?? ['POST', 'PUT', 'PATCH', 'DELETE']) : []),
    columns: new Map(),
  };
}

function fieldModel(name: string, field: Field, isPrimaryKey: boolean, isKeyField: boolean): FieldModel {
  const column = quote(field.column ?? name);
  const { expression } = field;
  return {
    name,
    field,
    type: field.type,
    sqlType: field.type === 'integer' ? 'bigint' : (field.sql_type ?? fieldTypes[field.type].sqlType),
    columnType: field.sql_type ?? fieldTypes[field.type].sqlType,
    nullable: Boolean(field.nullable),
    isPrimaryKey,
    stored: expression === undefined && field.path === undefined,
    inUniqueGroup: isPrimaryKey || isKeyField || field.unique === true,
    sql:
      expression === undefined
        ? (alias) => `${alias}.${column}`
        : (alias) => `(${expression.replaceAll('{t}', alias)})`,
  };
}

function relate(model: Model, models: Map<string, Model>): void {
  for (const field of model.fields.values()) {
    const { references } = field.field;
    if (references === undefined) continue;
    const target = models.get(references.resource);
    if (!target) throw new Error(`${model.name}.${field.name} refers to unknown resource ${references.resource}`);
    if (typeof target.declaration.object_class !== 'string') {
      throw new Error(`${model.name}.${field.name} refers to ${target.name}, which is no table`);
    }
    const relation = references.relation ?? field.name.replace(/_id$/, '');
    if (relation !== field.name) model.relations.set(relation, { foreignKey: field, target });
    if (typeof model.declaration.object_class === 'string') target.referrers.push({ model, field });
  }
}

/** A wrong declaration stops the start-up instead of the first request that meets it. */
function check(model: Model): void {
  const { declaration } = model;
  const paths = [
    ...model.listFields,
    ...model.detailFields,
    ...(declaration.order ?? []).map((term) => term.replace(/^-/, '')),
    ...(declaration.ordering ?? []),
    ...Object.keys(declaration.filtering ?? {}).filter((path) => path !== '*'),
    ...(declaration.geometry ? [declaration.geometry] : []),
    ...(declaration.csv_spread ? [declaration.csv_spread] : []),
  ];
  for (const path of paths)
    if (!findColumn(model, path)) throw new Error(`${model.name} has no readable field ${path}`);
  const names = [
    ...(declaration.required_fields_for_post ?? []),
    ...(declaration.natural_keys ?? []).flat(),
    ...model.uniqueGroups.flat(),
  ];
  for (const name of names) if (!model.fields.get(name)?.stored) throw new Error(`${model.name} has no column ${name}`);
  accessColumns(model, aliasOfRow);
}

function resolve(model: Model, path: string, joins: Join[]): Column | undefined {
  const alias = joins.at(-1)?.alias ?? aliasOfRow;
  const own = model.fields.get(path);
  if (own?.field.path !== undefined) return renamed(resolve(model, own.field.path, joins), own);
  if (own) return own.field.secret ? undefined : columnOf(own, path, alias, joins);
  const relation = model.relations.get(path);
  if (relation) return columnOf(relation.foreignKey, path, alias, joins);
  for (const [name, { foreignKey, target }] of model.relations) {
    if (!path.startsWith(`${name}__`)) continue;
    const rest = path.slice(name.length + 2);
    // The related key is the foreign key itself: no join.
    if (rest === target.primaryKey.name) return columnOf(foreignKey, path, alias, joins);
    if (joins.length === maxJoins) return undefined;
    const step: Join = { alias: joinAlias(alias, name), parentAlias: alias, foreignKey, target };
    const found = resolve(target, rest, [...joins, step]);
    if (found) return { ...found, path };
  }
  return undefined;
}

function columnOf(field: FieldModel, path: string, alias: string, joins: Join[]): Column {
  return { path, field, sql: field.sql(alias), nullable: field.nullable || joins.length > 0, joins };
}

function renamed(column: Column | undefined, as: FieldModel): Column | undefined {
  return column && { ...column, path: as.name, field: { ...as, sql: column.field.sql } };
}

/** PostgreSQL cuts names at 63 bytes; a cut name could meet another one, so long ones end in their own digest. */
function joinAlias(parent: string, relation: string): string {
  const name = parent === aliasOfRow ? `j_${relation}` : `${parent.replace(/"/g, '')}__${relation}`;
  return quote(name.length <= 60 ? name : `${name.slice(0, 48)}_${checksum(name)}`);
}

function checksum(text: string): string {
  let sum = 0;
  for (const character of text) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0;
  return sum.toString(36);
}

function accessColumns(model: Model, alias: string): AccessColumns {
  const { project, scope, owner } = model.declaration.permission;
  return {
    ...(project === undefined ? {} : { project: pathAsSubquery(model, project, alias) }),
    ...(scope === undefined ? {} : { location: pathAsSubquery(model, scope, alias) }),
    ...(owner === undefined ? {} : { owner: pathAsSubquery(model, owner, alias) }),
  };
}

/** The value at the end of a permission path, as one expression: it must not depend on the joins a reader may see. */
function pathAsSubquery(model: Model, path: string, alias: string): Sql {
  return sql.raw(subqueryText(model, path, alias));
}

function subqueryText(model: Model, path: string, alias: string): string {
  const own = model.fields.get(path);
  if (own) return own.sql(alias);
  for (const [name, { foreignKey, target }] of model.relations) {
    if (!path.startsWith(`${name}__`)) continue;
    const rest = path.slice(name.length + 2);
    if (rest === target.primaryKey.name) return foreignKey.sql(alias);
    const inner = quote(`p_${alias.replace(/"/g, '')}_${name}`.slice(0, 60));
    return `(select ${subqueryText(target, rest, inner)} from ${tableOf(target)} ${inner} where ${target.primaryKey.sql(inner)} = ${foreignKey.sql(alias)})`;
  }
  throw new Error(`${model.name} has no path ${path} for its permission`);
}

/** The table or view of a resource; `schema.name` is understood. */
export function tableOf(model: Model): string {
  const { object_class } = model.declaration;
  if (typeof object_class !== 'string') throw new Error(`${model.name} is SQL, not a table`);
  return object_class.split('.').map(quote).join('.');
}
