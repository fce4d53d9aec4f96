import type { Access } from './access.ts';
import { deleteObjects } from './delete-objects.ts';
import { deleteNeedsFilter, deleteTakesNoPage } from './errors.ts';
import { findColumn, type Model, tableOf } from './pure/model.ts';
import { parameterValue, parseList } from './pure/parse-list.ts';
import { planRows } from './pure/plan-list.ts';
import { hasSlowLookup } from './pure/statement.ts';
import { narrowed } from './read-list.ts';
import type { Resources } from './resources.ts';
import { limited } from './run-plan.ts';

/** `{"deleted":n}`. What the filter finds among the rows the caller sees; `dry_run=1` only counts. */
export async function deleteByFilter(
  resources: Resources,
  model: Model,
  access: Access,
  given: Record<string, string>,
): Promise<string> {
  for (const name of [
    'limit',
    'offset',
    'cursor',
    'order_by',
    'page',
    'per_page',
    'sort',
    'count',
    'fields',
    'format',
  ]) {
    if (given[name] !== undefined) throw deleteTakesNoPage(name);
  }
  const { cascade, dry_run, ...filters } = given;
  const isSet = (name: string, text: string | undefined) =>
    text !== undefined && parameterValue(name, text, 'boolean') === true;
  const [cascades, dryRun] = [isSet('cascade', cascade), isSet('dry_run', dry_run)];
  const parsed = parseList(
    model,
    { raw: filters, format: 'ndjson', preferredCount: undefined, cursorKey: resources.deps.cursorKey },
    access,
  );
  const { query } = await narrowed(resources, model, parsed, access);
  if (query.condition.length === 0) throw deleteNeedsFilter();
  const key = findColumn(model, model.primaryKey.name)!;
  const order = [{ column: key, descending: false }];
  const plan = planRows(
    model,
    { ...query, fields: [key], order },
    access,
    { table: tableOf(model) },
    (_, sql) => `${sql} as id`,
    (parts) => parts[0]!,
  );
  const deleted = await resources.deps.db.transaction(async (tx) => {
    const rows = await limited<{ id: unknown }>(resources, tx, plan, hasSlowLookup(query.condition));
    const ids = rows.map(({ id }) => id);
    return dryRun ? ids.length : await deleteObjects({ resources, model, access, tx }, ids, cascades);
  });
  return JSON.stringify({ deleted });
}
