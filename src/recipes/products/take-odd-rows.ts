import { literal, type Tabular } from '../../platform/tabular/index.ts';
import type { SourceTable } from './product-source.ts';
import type { ProductPolicy } from './pure/policy.ts';

/** Listed of one table; counting goes on beyond. */
const maxListed = 100_000;

/**
 * Rows of the wrong width, or that could not be read at all: one finding for each cell too many or too few. They have no place
 * in the table, unless the policy fills or cuts them; then they go into it. Answers how many stay out.
 */
export async function takeOddRows(
  tabular: Tabular,
  { source, policy }: { source: SourceTable; policy: ProductPolicy },
  issues: string,
  add: (code: string, n: number) => void,
): Promise<number> {
  if (source.rejects === undefined) return 0;
  const { table } = source.rejects;
  const columns = source.names.length;
  const mended = { pad: 'missing-value', trim: 'extra-value', reject_row: undefined, fail: undefined }[policy.width];
  const isMended = mended === undefined ? 'false' : `code = ${literal(mended)}`;
  const out = policy.width === 'fail' ? 'fatal' : 'row_rejected';
  const isWidth = `code in ('missing-value', 'extra-value')`;
  await tabular.run(`insert into ${issues}
    select _row, c, null, case when code in ('invalid-json', 'not-a-record') then 'source-error' else code end,
      case code when 'blank-row' then 'Row ' || _row || ' is completely blank'
        when 'extra-value' then 'Row ' || _row || ' has an extra value in column ' || c
        when 'missing-value' then 'Row ' || _row || ' has a missing value in column ' || c
        when 'invalid-json' then 'Row ' || _row || ' is no JSON'
        when 'not-a-record' then 'Row ' || _row || ' is no record'
        else 'Row ' || _row || ' has a quote that is never closed or stands in the middle of a value' end,
      case code when 'extra-value' then raw::json->>(c - 1)::bigint end,
      case when code = 'blank-row' or ${isMended} then 'reported' else ${literal(out)} end
    from (select *, unnest(case when ${isWidth} then range(least(cells, ${columns}) + 1, greatest(cells, ${columns}) + 1) else [null] end)::integer as c
      from ${table}) order by _row, c limit ${maxListed}`);
  const counts = await tabular.rows(`select code, count(*)::double as rows,
    sum(case when ${isWidth} then abs(cells - ${columns}) else 1 end)::double as n from ${table} group by code order by code`);
  let rejected = 0;
  for (const { code, rows, n } of counts) {
    add(['invalid-json', 'not-a-record'].includes(String(code)) ? 'source-error' : String(code), Number(n));
    if (code !== 'blank-row' && code !== mended) rejected += Number(rows);
  }
  if (mended !== undefined) {
    const cells = source.names.map((_, i) => `coalesce(raw::json->>${i}, '') as c${i + 1}`);
    await tabular.run(`insert into ${source.table} (_row, ${source.names.map((_, i) => `c${i + 1}`).join(', ')})
      select _row, ${cells.join(', ')} from ${table} where ${isMended}`);
  }
  return rejected;
}
