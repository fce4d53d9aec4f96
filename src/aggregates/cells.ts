import { ident, raw, type Sql, sql } from '../platform/db/index.ts';
import { type Kind, kinds } from './pure/kinds.ts';

/**
 * Where cells are read. Most hold one stored value and nothing else: they have no row in `aggregate`, the value itself is
 * the cell (decision 0160). The views `campaign_cell` and `date_cell` have all cells; a condition that is a join or a
 * subquery does not find its way into both halves of a view, so lists are put together here.
 */

/** Every cell `a` of which `conditions` are true; these name columns that cells and stored values share. */
export function cellsWhere(kind: Kind, conditions: Sql): Sql {
  const { table, period } = kinds[kind];
  const column = ident(period);
  return sql`select a.id, a.indicator_id, a.location_id, a.${column}, a.value, a.marks, a.branches_with_value, a.branches,
      a.datapoint_id, a.computed, a.computed_marks, a.computed_with_value, a.computed_branches, a.computed_weight, a.fold_weight,
      a.fold_branches from ${ident(table)} a where ${conditions}
    union all
    select a.id, a.indicator_id, a.location_id, a.${column}, a.value, 1, 1, 1, a.id, null::numeric, 0, null::int, null::int,
        null::numeric, null::numeric, 1
      from datapoint a where ${alone(kind)} and ${conditions}`;
}

/** Of a stored value `a`: its cell has no row, and it may be seen. */
function alone(kind: Kind): Sql {
  const { table, period } = kinds[kind];
  const column = ident(period);
  return sql`a.${column} is not null${kind === 'date' ? raw(' and a.campaign_id is null') : raw('')} and a.retracted_at is null and a.value is not null
    and not exists (select 1 from ${ident(table)} r where r.${column} = a.${column} and r.indicator_id = a.indicator_id and r.location_id = a.location_id)
    and not exists (select 1 from aggregate_request w where w.document_id = a.document_id and w.${column} = a.${column})`;
}

/** The one cell at the key, or the one with the id, that `at` tells of `a`: for `lateral`, where it is looked up by its index. */
export const cellAt = (kind: Kind, at: Sql): Sql =>
  sql`select a.* from ${ident(kinds[kind].cells)} a where ${at} offset 0`;
