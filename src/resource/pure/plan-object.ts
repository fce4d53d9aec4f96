import type { Access } from '../access.ts';
import { type Column, type Model, tableOf } from './model.ts';
import { type Plan, type Source, sourceText } from './plan-list.ts';
import { jsonRow } from './render.ts';
import { joinsOf, joinsText, newStatement, visibleRows } from './statement.ts';

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
  const body = jsonRow(needs.columns.map(inDetail), detailSql);
  const wanted =
    ids.length === 1
      ? `${key} = ${statement.bind(ids[0], model.primaryKey.sqlType)}`
      : `${key} = any(${statement.bind(ids, `${model.primaryKey.sqlType}[]`)})`;
  // Locks are taken in the order of the keys, so that two writes of several rows never wait for each other in a ring.
  const lock = needs.lock ? ` order by ${key} for update of t` : '';
  return {
    text: `select ${key} as id, ${body} as body${may} from ${from} where ${wanted} and ${visible}${lock}`,
    values: statement.values,
  };
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
