import type { Access } from '../access.ts';
import { type Column, type Model, tableOf } from './model.ts';
import { type Plan, type Source, sourceText } from './plan-list.ts';
import { jsonRow } from './render.ts';
import { joinsOf, joinsText, newStatement, shownTo, visibleRows } from './statement.ts';

export interface ObjectNeeds {
  /** Default: the resource's table. */
  source?: Source;
  columns: Column[];
  /** Lock the rows for a write. */
  lock?: boolean;
  /** Also say, as `may`, whether the caller holds this right on the row. */
  right?: string | null;
}

/** Objects by primary key, as JSON text: `id`, `body`, and `may` where a right is asked about. */
export function planObjects(model: Model, ids: unknown[], access: Access, needs: ObjectNeeds): Plan {
  const statement = newStatement();
  const key = model.primaryKey.sql('t');
  const from = joinsText(
    statement,
    sourceText(statement, needs.source ?? { table: tableOf(model) }),
    joinsOf(needs.columns).values(),
    access,
  );
  const visible = visibleRows(statement, model, model.declaration.permission.read, 't', access);
  const may = needs.right === undefined ? '' : `, (${visibleRows(statement, model, needs.right, 't', access)}) as may`;
  const wanted =
    ids.length === 1
      ? `${key} = ${statement.bind(ids[0], model.primaryKey.sqlType)}`
      : `${key} = any(${statement.bind(ids, `${model.primaryKey.sqlType}[]`)})`;
  // Locks are taken in the order of the keys, so that two writes of several rows never wait for each other in a ring.
  const lock = needs.lock ? ` order by ${key} for update of t` : '';
  const rest = `${may} from ${from} where ${wanted} and ${visible}${lock}`;
  return { text: textOf(writtenOf(shownTo(statement, needs.columns, access)), key, rest), values: statement.values };
}

/** What a model's own columns come to, which is the same each time. */
interface Written {
  row: string;
  /** Whole statements by what follows the row: as one string they are found quickly among the prepared ones. */
  texts: Map<string, string>;
}
const written = new WeakMap<readonly Column[], Written>();
const maxTexts = 50;

function writtenOf(columns: readonly Column[]): Written {
  const known = written.get(columns) ?? { row: jsonRow(columns.map(inDetail), detailSql), texts: new Map() };
  written.set(columns, known);
  return known;
}

function textOf({ row, texts }: Written, key: string, rest: string): string {
  const text = texts.get(rest) ?? `select ${key} as id, ${row} as body${rest}`;
  if (texts.size < maxTexts) texts.set(rest, text);
  return text;
}

function inDetail(column: Column): Column {
  const { detail_type: type } = column.field.field;
  return type === undefined ? column : { ...column, field: { ...column.field, type } };
}

function detailSql({ field, joins, sql }: Column): string {
  const expression = field.field.detail_expression;
  return expression === undefined || joins.length > 0 ? sql : `(${expression.replaceAll('{t}', 't')})`;
}

export interface ObjectRow {
  id: unknown;
  body: string;
  may?: boolean;
}

export const resourceUri = (model: Model, id: unknown): string =>
  `/api/v1/${model.name}/${encodeURIComponent(String(id))}/`;

/** A single object carries its own address; escaping it is beyond SQL. */
export function withUri(model: Model, row: ObjectRow): string {
  const uri = JSON.stringify(resourceUri(model, row.id));
  return row.body === '{}' ? `{"resource_uri":${uri}}` : `${row.body.slice(0, -1)},"resource_uri":${uri}}`;
}
