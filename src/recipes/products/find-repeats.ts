import { literal, type Tabular } from '../../platform/tabular/index.ts';
import { countOf } from './count-of.ts';
import type { SourceTable } from './product-source.ts';
import type { CastField } from './pure/cast-sql.ts';
import { notUniqueMessage, uniqueColumns } from './pure/unique-columns.ts';

export interface Repeats {
  counts: Map<string, number>;
  /** Table of `_row`: rows equal to an earlier one, which are not checked further. */
  rows: string;
  /** Table of `_row`: rows whose unique value or key stands in an earlier row. */
  notUnique: string;
}

interface Given {
  source: SourceTable;
  blank: string;
  texts: string;
  fields: CastField[];
  /** Names of the primary key. */
  key: string[];
  /** Further keys. */
  uniqueKeys: string[][];
  issues: string;
  /** Of what is not unique. */
  disposition: 'reported' | 'row_rejected' | 'fatal';
  table: string;
}

/** Rows that stand twice, and values that may stand once only. */
export async function findRepeats(tabular: Tabular, given: Given): Promise<Repeats> {
  const { source, blank, fields, issues, table } = given;
  const rows = `${table}_repeated`;
  const notUnique = `${table}_not_unique`;
  const counts = new Map<string, number>();
  await tabular.run(`create or replace table ${rows} (_row bigint)`);
  await tabular.run(`create or replace table ${notUnique} (_row bigint)`);
  if (source.names.length > 0) {
    const columns = source.names.map((_, i) => `c${i + 1}`).join(', ');
    // By a hash first: a table of a million different rows is grouped by eight bytes each and no more.
    await tabular.run(`create or replace temp table ${table}_hashes as
      select hash(${columns}) as h from ${source.table} where not (${blank}) group by 1 having count(*) > 1`);
    await tabular.run(`create or replace temp table ${table}_same as
      select list(_row order by _row) as same from ${source.table}
      where not (${blank}) and hash(${columns}) in (select h from ${table}_hashes) group by ${columns} having count(*) > 1`);
    await tabular.run(`insert into ${rows} select same[i] from ${table}_same, range(2, len(same) + 1) r (i)`);
    await tabular.run(`insert into ${issues}
      select same[i], null, null, 'duplicate-row', 'Row ' || same[i] || ' is duplicated to row(s) ' || array_to_string(list_slice(same, 1, least(i - 1, 6)), ', '), null, 'reported'
      from ${table}_same, range(2, len(same) + 1) r (i)`);
    counts.set('duplicate-row', await countOf(tabular, rows));
  }
  for (const { columns, column, name } of uniqueColumns(fields, given)) {
    const value = columns.length === 1 ? columns[0]! : `to_json([${columns.join(', ')}])::varchar`;
    const isThere = columns.map((t) => `${t} is not null`).join(' and ');
    await tabular.run(`create or replace temp table ${table}_alike as
      select ${value} as value, list(_row order by _row) as alike from ${given.texts}
      where ${isThere} and _row not in (select _row from ${rows}) group by 1 having count(*) > 1`);
    await tabular.run(`insert into ${notUnique} select alike[i] from ${table}_alike, range(2, len(alike) + 1) r (i)`);
    const [n] = await tabular.rows(`select coalesce(sum(len(alike) - 1), 0)::double as n from ${table}_alike`);
    counts.set('unique-constraint', (counts.get('unique-constraint') ?? 0) + Number(n?.n ?? 0));
    await tabular.run(`insert into ${issues}
      select alike[i], ${column}, ${literal(name)}, 'unique-constraint',
        ${notUniqueMessage('alike', 'i', column)}, value, '${given.disposition}'
      from ${table}_alike, range(2, len(alike) + 1) r (i) order by 1 limit 100000`);
  }
  return { counts, rows, notUnique };
}
