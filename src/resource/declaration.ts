import type { Queryable, Sql, Tx } from '../platform/db/index.ts';
import type { Access } from './access.ts';
import type { FieldType } from './pure/field-types.ts';
import type { LookupName } from './pure/lookups.ts';

/** One column of a resource as clients see it. What is not said here follows from the type. */
export interface Field {
  type: FieldType;
  /** Column of the table; default: the field's own name. */
  column?: string;
  /** Trusted SQL in place of a column, with `{t}` for the row: `upper({t}.name)`. Such a field is read-only. */
  expression?: string;
  /** Trusted SQL in place of the column where a single object is read; lists and writes keep the column. */
  detail_expression?: string;
  /** Type of what `detail_expression` gives, where it is another one. */
  detail_type?: FieldType;
  /** What of it the caller is shown, as SQL over the row `t`; filters, order and writes keep the column. */
  shown_to?(access: Access): Sql;
  /** A column of a related resource under a name of its own: `location_type__admin_level`. Read-only. */
  path?: string;
  /** PostgreSQL type where it is not the usual one of `type`, such as `numeric` or `integer`. */
  sql_type?: string;
  /** Default false. `'shown'`: rows of lists may have none, but nothing is written without. */
  nullable?: boolean | 'shown';
  /** May text be empty? Default true. */
  blank?: boolean;
  /** A unique group of its own, beside `natural_keys`. */
  unique?: boolean;
  /** Given when a create or a PUT leaves the field out. Without it the column's own default counts. */
  default?: unknown;
  /** `true`: sent values are passed over, so that an object can be sent back as it was read. `'refuse'`: 400. */
  readonly?: boolean | 'refuse';
  choices?: readonly (string | number)[];
  help?: string;
  /** Never readable, filterable, sortable or echoed; writable unless read-only. */
  secret?: boolean;
  /** Right without which the field is left out of answers and may be neither filtered nor sorted. */
  right?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  /** Names: outer blanks go, inner ones become single on write. Default: true for text in a unique group. */
  normalize?: boolean;
  /** Kept by the server: set once at creation, or at every change. */
  auto?: 'created' | 'updated';
  references?: Reference;
}

/** A foreign key. The relation's name is the field's without `_id`, unless given. */
export interface Reference {
  /** A resource of ours; the row must be visible to who writes it. */
  resource: string;
  relation?: string;
  /** What deleting the referred object does to rows that refer to it here. Default restrict. */
  on_delete?: 'restrict' | 'cascade' | 'set_null';
}

/** Where a row belongs, as paths from it: `project_id`, `dataset__project_id`, `location__id`. */
export interface Permission {
  /** Right to read; null is open to everybody, anonymous callers included. */
  read: string | null;
  write?: string;
  /** Default: `write`. */
  create?: string;
  /** Default: `write`. */
  delete?: string;
  project?: string;
  scope?: string;
  owner?: string;
  /**
   * In place of the three above, for rows that belong to many places or only sometimes to one: the predicate made of
   * `access`. `row` gives the SQL of a field.
   */
  rows?(right: string, access: Access, row: (field: string) => Sql): Sql;
}

export interface Parameter {
  type: FieldType;
  required?: boolean;
  choices?: readonly string[];
  help?: string;
}

export type ParameterValues = Record<string, unknown>;

export interface SelectQuery {
  /** SQL of a field or related field; joins what it needs. */
  column(path: string): Sql;
  /** Adds a condition to the list, its count and its exports. */
  where(condition: Sql): void;
  /** Answers with these fields only; the others are not even computed. */
  only(fields: readonly string[]): void;
  /** Adds a column of this request's own, after the others: trusted SQL over the row `t`. It can be null. */
  add(name: string, type: FieldType, expression: string): void;
  /** Shows a field otherwise, where it is shown; filters and order keep the field. Trusted SQL over the row `t`. */
  replace(name: string, type: FieldType, expression: string): void;
}

export interface WriteContext {
  tx: Tx;
  access: Access;
  /** Primary key; undefined while an object is being created. */
  id: unknown;
}

/** What a write is about, as far as it is known before anything has been read. */
export interface Concerned {
  /** Primary keys of objects that are changed or deleted. */
  ids: readonly unknown[];
  /** Values of objects that are new, or named by their natural key; those at least are of their types. */
  rows: readonly Record<string, unknown>[];
}

/** What became of one object; before null: it is new, after null: it has been deleted. */
export interface Change {
  id: unknown;
  before: StoredRow | null;
  after: StoredRow | null;
}

/** Rows as hooks see them: decoded JSON of the detail answer, secrets left out. */
export type StoredRow = Record<string, unknown>;

export interface Hooks<Value extends object = Record<string, unknown>> {
  /** Other spellings of values, in bodies and list parameters, before anything is checked: the value to go on with. */
  given?(sent: Record<string, unknown>, db: Queryable): Promise<Record<string, unknown>>;
  /**
   * What all writes of the resource, or of the objects concerned, wait for; taken before any row is locked, so that two
   * never wait in a ring.
   */
  lock?(tx: Tx, concerned: Concerned): Promise<void>;
  /** Checks or completes what is about to be written. Throw an AppError to refuse; the whole write is undone. */
  beforeWrite?(value: Partial<Value>, context: WriteContext & { before: StoredRow | null }): Promise<void> | void;
  /**
   * Stores the objects of a bulk request in sets, in place of `beforeWrite` and the statement that writes each. Values
   * are checked, tags fit, and no object is there twice; everything else that may refuse one, the right and references
   * included, is looked at here. Answers for each its primary key, or what refuses it: then nothing of it was stored.
   */
  writeMany?(
    rows: readonly { value: Partial<Value>; before: StoredRow | null }[],
    context: Omit<WriteContext, 'id'>,
  ): Promise<unknown[]>;
  /** Of all objects that were written together. Anything slow is a job enqueued with `context.tx`. */
  afterWrite?(changes: readonly Change[], context: Omit<WriteContext, 'id'>): Promise<void> | void;
  /** Narrows lists by the declared parameters. */
  select?(query: SelectQuery, parameters: ParameterValues, context: ReadContext): Promise<void> | void;
  /** Further keys of a list's `meta`. */
  meta?(parameters: ParameterValues, context: ReadContext, list: FilteredList): Promise<Record<string, unknown>>;
}

/** What a list's filters leave of its source. */
export interface FilteredList {
  isFiltered: boolean;
  /** The rows the caller sees that pass, with all columns of the source. */
  rows(): Sql;
}

export interface ReadContext {
  db: Queryable;
  access: Access;
  /** Everything the caller sees of another resource, as its list shows it: scalar SQL, a JSON list as text. */
  list(resource: string): Sql;
}

export interface ResourceDeclaration {
  resource_name: string;
  /** Table or view, or SQL that may depend on the list's parameters. SQL and views are read-only. */
  object_class: string | ((parameters: ParameterValues, context: ReadContext) => Sql);
  fields: Record<string, Field>;
  /** What lists read instead of the table: SQL with the same columns, which may depend on the parameters. */
  list_source?(parameters: ParameterValues, context: ReadContext): Promise<Sql> | Sql;
  help?: string;
  /** Default `id`. */
  primary_key?: string;
  /** What a list returns, in order; `relation__field` becomes a join. Default: every field. */
  query_fields?: readonly string[];
  /** What a single object returns. Default: `query_fields`, then the fields not among them. */
  detail_fields?: readonly string[];
  /** Departures from "every stored and listed related column, all lookups of its type"; `'*': false` allows only what is named. */
  filtering?: Record<string, 'all' | false | readonly LookupName[]>;
  /** Fields allowed in `order_by`. Default: those that can be filtered. */
  ordering?: readonly string[];
  /** Default order, such as `['-created_at']`; the primary key is always added. */
  order?: readonly string[];
  /** Parameters a list must carry; of a group, one is enough. */
  GET_params_required?: readonly (string | readonly string[])[];
  required_fields_for_post?: readonly string[];
  natural_keys?: readonly (readonly string[])[];
  permission: Permission;
  /** What the audit log says of an object. Default: all of a detail answer, which has no secrets; never values of rows. */
  audited?: readonly string[];
  /** What it is called where it stands in the way of a deletion. Default: its name. */
  referred_to_as?: string;
  delete_by_filter?: boolean;
  /** The list can also be read below an object it belongs to: `/source_doc/7/issues` for `{ resource, name, field }`. */
  nested?: { resource: string; name: string; field: string };
  /** Methods at the list's or a single object's address that routes of the module itself answer. */
  own_routes?: {
    list?: readonly string[];
    detail?: readonly string[];
    /** What such a POST needs, for the schema. */
    required_on_post?: readonly string[];
  };
  /** Methods beyond reading. Default: all of them for a table with a `write` right, none otherwise. */
  methods?: readonly ('POST' | 'PUT' | 'PATCH' | 'DELETE')[];
  /** Writes on single objects must carry If-Match. Default false. */
  require_if_match?: boolean;
  /** Query parameters of the list that are not fields; read by `hooks.select`, `hooks.meta` and a SQL `object_class`. */
  parameters?: Record<string, Parameter>;
  /** Rows of a list without `limit`. Default and maximum 10,000. */
  default_limit?: number;
  /** `meta`: `{meta, objects, error}`. `data`: `{data}` with `page`, `per_page`, `filter=` and `sort=`. */
  envelope?: 'meta' | 'data';
  /** Unknown query parameters are passed over; only for clients that send them. Default false. */
  ignore_unknown_parameters?: boolean;
  /** JSON field whose keys become columns in CSV, in place of the field. */
  csv_spread?: string;
  /** JSON field holding a GeoJSON geometry: the list can then be read as `format=geojson`. */
  geometry?: string;
  /** The rows are GeoJSON features as they stand, and go into a FeatureCollection unchanged. */
  rows_are_features?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a list of declarations holds hooks over many shapes of row.
  hooks?: Hooks<any>;
}

type ValueOf<Type extends FieldType> = {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
  date: string;
  datetime: string;
  uuid: string;
  list: unknown[];
  dict: Record<string, unknown>;
  json: unknown;
  scalar: number | string;
}[Type];

/** The row that a declaration's fields describe; dates and instants are ISO text. */
export type RowOf<Fields extends Record<string, Field>> = {
  -readonly [Name in keyof Fields]:
    | ValueOf<Fields[Name]['type']>
    | (Fields[Name]['nullable'] extends true ? null : never);
};

/** Declares a resource. The hooks see a value typed by the fields. */
export function resource<const Fields extends Record<string, Field>>(
  declaration: Omit<ResourceDeclaration, 'fields' | 'hooks'> & { fields: Fields; hooks?: Hooks<RowOf<Fields>> },
): ResourceDeclaration {
  return declaration;
}

/** Something the server does when asked: a run, joined when one is already waiting on the same thing. */
export interface ActionDeclaration {
  resource_name: string;
  help?: string;
  parameters: Record<string, Parameter & { references?: string }>;
  right: string;
  /** What it may not run twice on: calls with an equal key join the run that is there. */
  lock_key(parameters: ParameterValues): string;
  /** The run's kind, as the runs module knows it. */
  run_kind: string;
  /**
   * What the answer's `objects` are, read after the run with the caller's rights: rows of a resource, or what the run
   * says it made, as JSON text.
   */
  objects?:
    | { resource: string; filter(parameters: ParameterValues): Record<string, string> }
    | { rows(summary: unknown, access: Access): Promise<{ objects: string; total: number }> };
}

export const action = (declaration: ActionDeclaration): ActionDeclaration => declaration;
