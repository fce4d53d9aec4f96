import { identifier, literal, tableColumns } from '../platform/tabular/index.ts';
import { keyInvalid } from './errors.ts';
import { idOf, keyOf, sameKey } from './find-duplicates.ts';
import type { IngestResult, IngestRun, Previous } from './ingest.ts';
import type { Pass } from './pass-rows.ts';
import type { TableSchema } from './pure/table-schema.ts';
import { widenSchema } from './pure/widen-schema.ts';
import type { Report } from './report-issues.ts';

export interface Merged {
  schema: TableSchema;
  /** SQL of the whole new table in its final order, with `_row` and `_rev`. */
  sql: string;
  inserted: number;
  updated: number;
  unchanged: number;
  changes: IngestResult['changes'];
}

/** Puts the rows of the file and the rows already there together, as one SQL statement over Parquet. */
export async function mergeRevision(run: IngestRun, pass: Pass, report: Report): Promise<Merged> {
  const { request } = run;
  const arriving = arrivingRows(run, pass, report);
  const fields = pass.bound.filter(({ discard }) => !discard).map(({ field }) => field);
  const own: TableSchema = { ...request.schema, fields };
  const replaced = { schema: own, inserted: report.rows.accepted, updated: 0, unchanged: 0, changes: [] };
  const mode = request.mode ?? 'replace';
  if (mode === 'replace') return { ...replaced, sql: arriving };
  if (mode === 'upsert' && keyOf(run).length === 0) throw keyInvalid('Mode upsert needs a key');
  if (!request.previous) {
    if (mode === 'append') return { ...replaced, sql: arriving };
    const latest = newest(run, pass, arriving);
    const [row] = await run.tabular.rows(`select count(*)::double as n from (${latest})`);
    return { ...replaced, inserted: Number(row!.n), sql: `select * from (${latest}) order by _row` };
  }
  const schema = widenSchema(request.previous.schema, own);
  const before = await previousRows(run, request.previous, schema);
  const after = widened(arriving, new Set(fields.map((field) => field.name)), schema, own);
  if (mode === 'append') {
    const names = ['_row', '_rev', ...schema.fields.map((field) => field.name)].map(identifier).join(', ');
    return {
      ...replaced,
      schema,
      sql: `select ${names} from (select * from (${before}) union all by name select *, 0::bigint as _position from (${after}))`,
    };
  }
  return upsert(run, pass, schema, before, newest(run, pass, after), new Set(fields.map((field) => field.name)));
}

/** Rows of the file that take part, under the published names. */
function arrivingRows(run: IngestRun, pass: Pass, report: Report): string {
  const names = pass.bound.flatMap(({ field, discard }, i) =>
    discard ? [] : [`f${i + 1} as ${identifier(field.name)}`],
  );
  const repeated = report.repeated === undefined ? '' : ` and _row not in (select _row from ${report.repeated})`;
  return `select _row, ${run.request.revision ?? 1}::integer as _rev, ${names.join(', ')} from ${pass.rows} where _bad < 2${repeated}`;
}

/** Of rows with equal key the last one. */
function newest(run: IngestRun, pass: Pass, sql: string): string {
  const key = keyOf(run);
  for (const name of key) idOf(pass, name);
  return `select * from (${sql}) qualify row_number() over (partition by ${key.map(identifier).join(', ')} order by _row desc) = 1`;
}

async function previousRows(run: IngestRun, previous: Previous, schema: TableSchema): Promise<string> {
  const there = new Set((await tableColumns(run.tabular, previous.file)).map(({ name }) => name));
  const columns = schema.fields.map((field) => {
    const name = identifier(field.name);
    const old = previous.schema.fields.find((other) => other.name === field.name);
    if (!there.has(field.name) || !old) return `null as ${name}`;
    return old.type !== field.type && field.type === 'string' ? `${name}::varchar as ${name}` : name;
  });
  const lineage = [
    there.has('_row') ? '_row' : 'file_row_number + 1 as _row',
    there.has('_rev') ? '_rev' : '1::integer as _rev',
  ];
  return `select ${[...lineage, ...columns].join(', ')}, file_row_number as _position from read_parquet(${literal(previous.file)}, file_row_number = true)`;
}

function widened(sql: string, present: Set<string>, schema: TableSchema, own: TableSchema): string {
  const columns = schema.fields.map((field) => {
    const name = identifier(field.name);
    if (!present.has(field.name)) return `null as ${name}`;
    const mine = own.fields.find((other) => other.name === field.name)!;
    return mine.type !== field.type && field.type === 'string' ? `${name}::varchar as ${name}` : name;
  });
  return `select _row, _rev, ${columns.join(', ')} from (${sql})`;
}

/** Rows of known key are updated where they stand, new ones follow in file order. */
async function upsert(
  run: IngestRun,
  pass: Pass,
  schema: TableSchema,
  before: string,
  after: string,
  present: Set<string>,
): Promise<Merged> {
  const { tabular, request } = run;
  const key = keyOf(run);
  const types = new Map((await tabular.describe(`select * from (${before})`)).map(({ name, type }) => [name, type]));
  const same = key.map((name) =>
    sameKey(
      `p.${identifier(name)}`,
      `n.${identifier(name)}`,
      types.get(name) ?? 'VARCHAR',
      pass.table.fields[Number(idOf(pass, name).slice(1)) - 1]!.physical,
    ),
  );
  const matched = `n._rev is not null`;
  const values = schema.fields.map(({ name }) => {
    const column = identifier(name);
    if (!present.has(name) || key.includes(name)) return { name, value: `p.${column}`, changed: undefined };
    const value = request.blank === 'clear' ? `n.${column}` : `coalesce(n.${column}, p.${column})`;
    return {
      name,
      value: `case when ${matched} then ${value} else p.${column} end`,
      changed: `(${value} is distinct from p.${column})`,
    };
  });
  const tests = values.map(({ changed }) => changed).filter((test) => test !== undefined);
  const changed = `(${matched} and ${tests.length > 0 ? `(${tests.join(' or ')})` : 'false'})`;
  const joined = `(${before}) p left join (${after}) n on ${same.join(' and ')}`;
  const columns = values.map(({ name, value }) => `${value} as ${identifier(name)}`);
  const kept = `select case when ${changed} then n._row else p._row end as _row, case when ${changed} then n._rev else p._rev end as _rev,
    ${columns.join(', ')}, 0 as _side, p._position as _place from ${joined}`;
  const names = schema.fields.map(({ name }) => identifier(name)).join(', ');
  const fresh = `select n._row, n._rev, ${schema.fields.map(({ name }) => `n.${identifier(name)}`).join(', ')}, 1 as _side, n._row as _place
    from (${after}) n anti join (${before}) p on ${same.join(' and ')}`;
  const [sums] = await tabular.rows(
    `select count(*) filter (where ${changed})::double as updated, count(*) filter (where ${matched} and not ${changed})::double as unchanged from ${joined}`,
  );
  const [added] = await tabular.rows(`select count(*)::double as n from (${fresh})`);
  const changes =
    await tabular.rows(`select {${key.map((name) => `${literal(name)}: p.${identifier(name)}::varchar`).join(', ')}} as key,
      {${schema.fields.map(({ name }) => `${literal(name)}: p.${identifier(name)}::varchar`).join(', ')}} as before,
      {${values.map(({ name, value }) => `${literal(name)}: (${value})::varchar`).join(', ')}} as after
    from ${joined} where ${changed} order by p._position limit 1000`);
  return {
    schema,
    sql: `select _row, _rev, ${names} from (${kept} union all ${fresh}) order by _side, _place`,
    inserted: Number(added!.n),
    updated: Number(sums!.updated),
    unchanged: Number(sums!.unchanged),
    changes: changes as unknown as IngestResult['changes'],
  };
}
