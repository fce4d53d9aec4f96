import { identifier, literal, tableColumns } from '../platform/tabular/index.ts';
import { keyInvalid } from './errors.ts';
import type { IngestRun } from './ingest.ts';
import type { Pass } from './pass-rows.ts';
import { primaryKeyOf } from './pure/table-schema.ts';

/** Rows lost to a rule over many rows, such as a repeated key; `relation` gives `_row`, `_line`, `value`, `first_row`. */
export interface KeyRule {
  columns: string[];
  code: 'unique-constraint' | 'foreign-key';
  rule: 'unique' | 'uniqueKeys' | 'primaryKey' | 'foreignKeys';
  phrase: string;
  relation: string;
  count: number;
}

/** Columns that identify a row: of the request, else the schema's primary key. */
export function keyOf(run: IngestRun): string[] {
  return run.request.key ?? primaryKeyOf(run.request.schema ?? { fields: [] });
}

/**
 * Checks every uniqueness the schema asks for among the rows still standing, and in `append` also against the rows
 * already there. In `upsert` a repeated key is not wrong: the later row wins.
 */
export async function findDuplicates(run: IngestRun, pass: Pass): Promise<KeyRule[]> {
  const { schema, mode = 'replace', previous } = run.request;
  const key = keyOf(run);
  const sets: { columns: string[]; rule: KeyRule['rule'] }[] = [];
  for (const field of schema?.fields ?? []) {
    if (field.constraints?.unique && !(mode === 'upsert' && key.length === 1 && key[0] === field.name))
      sets.push({ columns: [field.name], rule: 'unique' });
  }
  for (const columns of schema?.uniqueKeys ?? []) sets.push({ columns, rule: 'uniqueKeys' });
  if (key.length > 0 && mode !== 'upsert') sets.push({ columns: key, rule: 'primaryKey' });

  const found: KeyRule[] = [];
  for (const [i, { columns, rule }] of sets.entries()) {
    const ids = columns.map((name) => idOf(pass, name));
    const within = await repeats(run, pass, ids, `repeated_${i}`);
    if (within.count > 0) found.push({ columns, code: 'unique-constraint', rule, phrase: 'is repeated', ...within });
    if (rule === 'primaryKey' && mode === 'append' && previous) {
      const before = await alreadyThere(run, pass, columns, ids, previous.file);
      if (before.count > 0)
        found.push({ columns, code: 'unique-constraint', rule, phrase: 'is already in the dataset', ...before });
    }
  }
  return found;
}

export function idOf(pass: Pass, name: string): string {
  const index = pass.bound.findIndex(({ field }) => field.name === name);
  if (index < 0) throw keyInvalid(`The key column '${name}' is not in the file`);
  return `f${index + 1}`;
}

async function repeats(
  run: IngestRun,
  pass: Pass,
  ids: string[],
  table: string,
): Promise<Pick<KeyRule, 'relation' | 'count'>> {
  const filled = ids.map((id) => `${id} is not null`).join(' and ');
  const standing = `(select _row, _line, ${ids.join(', ')} from ${pass.rows} where _bad < 2 and ${filled})`;
  // Grouping first: it needs no row numbers, and nearly always finds nothing.
  await run.tabular.run(
    `create or replace temp table ${table}_key as select ${ids.join(', ')}, min(_row) as first_row from ${standing} group by ${ids.join(', ')} having count(*) > 1`,
  );
  const same = ids.map((id) => `r.${id} = k.${id}`).join(' and ');
  await run.tabular.run(`create or replace temp table ${table} as
    select r._row, r._line, left(concat_ws(', ', ${ids.map((id) => `r.${id}`).join(', ')}), 200) as value, k.first_row
    from ${standing} r join ${table}_key k on ${same} where r._row > k.first_row`);
  return { relation: table, count: await count(run, table) };
}

async function alreadyThere(
  run: IngestRun,
  pass: Pass,
  columns: string[],
  ids: string[],
  file: string,
): Promise<Pick<KeyRule, 'relation' | 'count'>> {
  const known = new Map((await tableColumns(run.tabular, file)).map(({ name, type }) => [name, type]));
  const missing = columns.find((name) => !known.has(name));
  if (missing !== undefined) throw keyInvalid(`The key column '${missing}' is not in the dataset`);
  const same = ids.map((id, i) =>
    sameKey(
      `r.${id}`,
      `p.${identifier(columns[i]!)}`,
      known.get(columns[i]!)!,
      pass.table.fields[Number(id.slice(1)) - 1]!.physical,
    ),
  );
  await run.tabular.run(`create or replace temp table already as
    select r._row, r._line, left(concat_ws(', ', ${ids.map((id) => `r.${id}`).join(', ')}), 200) as value, null::bigint as first_row
    from ${pass.rows} r semi join read_parquet(${literal(file)}) p on ${same.join(' and ')} where r._bad < 2`);
  return { relation: 'already', count: await count(run, 'already') };
}

/** Keys of different types are equal when their texts are. */
export function sameKey(left: string, right: string, leftType: string, rightType: string): string {
  const text = (leftType === 'VARCHAR') !== (rightType === 'VARCHAR');
  return text ? `${left}::varchar = ${right}::varchar` : `${left} = ${right}`;
}

/** How many rows a table holds. */
export async function count(run: IngestRun, table: string): Promise<number> {
  const [row] = await run.tabular.rows(`select count(*)::double as n from ${table}`);
  return Number(row!.n);
}
