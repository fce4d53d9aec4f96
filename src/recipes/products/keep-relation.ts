import { literal, type Tabular } from '../../platform/tabular/index.ts';
import type { TableSchema } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';

/** Writes the cells as they are, so that no value and an empty one stay two things, which in CSV they do not. Answers the rows. */
export async function keepRelation(tabular: Tabular, { table, fields }: Relation, file: string): Promise<number> {
  const cells = fields.map((_, i) => `f${i + 1}::varchar as f${i + 1}`).join(', ') || 'null::varchar as f0';
  await tabular.run(
    `copy (select ${cells} from ${table} order by _ord) to ${literal(file)} (format parquet, compression zstd)`,
  );
  const [row] = await tabular.rows(`select count(*)::double as n from ${table}`);
  return Number(row?.n ?? 0);
}

/** What `keepRelation` has written, as a relation of this table. Its rows stand in no file any more. */
export async function keptRelation(
  tabular: Tabular,
  kept: { file: string; resource: string; schema: TableSchema },
  table: string,
): Promise<Relation> {
  const { fields, ...schema } = kept.schema;
  const cells = fields.map((_, i) => `f${i + 1}`).join(', ') || 'null as f0';
  await tabular.run(`create or replace table ${table} as
    select file_row_number as _ord, null::bigint as _row, ${cells}
    from read_parquet(${literal(kept.file)}, file_row_number = true)`);
  return { resource: kept.resource, table, fields, schema, descriptor: {} };
}
