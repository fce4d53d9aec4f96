import { createReadStream, createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { literal, type Tabular } from '../../platform/tabular/index.ts';
import type { StepIssues } from '../processors/step-issues.ts';
import type { Relation } from '../relation.ts';
import type { Cast } from './cast-table.ts';
import { countOf } from './count-of.ts';
import { issuesSql } from './issues-sql.ts';
import { joinLines } from './join-lines.ts';
import { parquetCell } from './parquet-cell.ts';
import type { SourceTable } from './product-source.ts';
import { isNested, jsonRow, sortedTable } from './pure/json-sql.ts';
import { sortKeys } from './sort-keys.ts';

/** One column of finished lines: DuckDB adds nothing but the newline. */
const lines = `format csv, header false, quote '', escape '', delimiter E'\\x01'`;
export const previewRows = 2000;

/** Contract flows §6.2: UTF-8, comma, CRLF after every line, quoted only where needed. Answers the rows written. */
export async function writeCsv(tabular: Tabular, relation: Relation, file: string): Promise<number> {
  const alone = relation.fields.length === 1;
  const cell = (sql: string) => `case when ${sql} is null or ${sql} = '' then '${alone ? '""' : ''}'
    when regexp_matches(${sql}, '[,"\\r\\n]') then '"' || replace(${sql}, '"', '""') || '"' else ${sql} end`;
  const row = relation.fields.map((_, i) => cell(`f${i + 1}`)).join(` || ',' || `) || `''`;
  const body = `${file}.body`;
  await tabular.run(
    `copy (select (${row}) || chr(13) as line from ${relation.table} order by _ord) to ${literal(body)} (${lines})`,
  );
  await writeFile(file, `${relation.fields.map(({ name }) => quoted(name)).join(',')}\r\n`);
  await pipeline(createReadStream(body), createWriteStream(file, { flags: 'a' }));
  await rm(body);
  return countOf(tabular, relation.table);
}

const quoted = (name: string): string => (/[,"\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);

/** One array, rows joined by a comma alone. `limit` for previews. */
export async function writeJson(tabular: Tabular, relation: Relation, file: string, limit?: number): Promise<number> {
  await sortKeys(tabular, relation);
  const joins = relation.fields.map((field, i) =>
    isNested(field)
      ? ` left join ${sortedTable(relation.table, i + 1)} s${i + 1} on s${i + 1}.value = r.f${i + 1}`
      : '',
  );
  const body = `${file}.body`;
  // The first rows are taken before anything is worked out of them.
  const rows = limit === undefined ? relation.table : `(select * from ${relation.table} order by _ord limit ${limit})`;
  await tabular.run(
    `copy (select ${jsonRow(relation.fields)} as line from ${rows} r${joins.join('')} order by _ord) to ${literal(body)} (${lines})`,
  );
  await joinLines(body, file);
  await rm(body);
  return countOf(tabular, relation.table);
}

/** Typed columns, of a relation with `distinctNames`; the Table Schema goes into the file's metadata. */
export async function writeParquet(
  tabular: Tabular,
  relation: Relation,
  file: string,
  schema: object,
): Promise<number> {
  const columns: string[] = [];
  for (const [i, field] of relation.fields.entries())
    columns.push(
      `${await parquetCell(tabular, relation.table, field, i + 1)} as "${field.name.replaceAll('"', '""')}"`,
    );
  await tabular.run(`copy (select ${columns.join(', ')} from ${relation.table} order by _ord) to ${literal(file)}
    (format parquet, compression zstd, kv_metadata {table_schema: ${literal(JSON.stringify(schema))}})`);
  return countOf(tabular, relation.table);
}

/** Rows that were left out, with the cells they had. Answers how many findings stand in it; 0 = no file. */
export async function writeRejects(
  tabular: Tabular,
  { cast, steps, source }: { cast: Cast; steps?: StepIssues | undefined; source: SourceTable },
  file: string,
): Promise<number> {
  const issues = `(${issuesSql(cast, steps)})`;
  const where = `disposition = 'row_rejected'`;
  const n = await countOf(tabular, `${issues} where ${where}`);
  if (n === 0) return 0;
  const cells = source.names.map((_, i) => `coalesce(s.c${i + 1}, '')`).join(', ');
  const rejects = source.rejects?.table;
  const raw = rejects === undefined ? '' : `left join ${rejects} r on r._row = i.row_number`;
  await tabular.run(`copy (select i.row_number, i.column_number, i.code, i.message,
      coalesce(${rejects === undefined ? '' : 'r.raw, '}case when s._row is not null then to_json([${cells}])::varchar end, i.raw) as raw
    from ${issues} i left join ${source.table} s on s._row = i.row_number ${raw}
    where ${where} order by i.row_number, i.column_number, i.step_index nulls first, i.code)
    to ${literal(file)} (format csv, header true, new_line '\\r\\n')`);
  return n;
}
