import { identifier, literal, tableColumns } from '../platform/tabular/index.ts';
import { count, idOf, type KeyRule, sameKey } from './find-duplicates.ts';
import type { IngestRun } from './ingest.ts';
import type { Pass } from './pass-rows.ts';
import { type ForeignKey, sidesOf } from './pure/table-schema.ts';

/**
 * Rows whose foreign key names no row of the table: neither one of this file that takes part, nor, where rows are added to
 * it, one already there. A row lost here may be the one that others refer to, so the search is repeated until it finds
 * nothing. A key with an empty part refers to nothing (as in SQL).
 */
export async function findOrphans(run: IngestRun, pass: Pass, repeated: string | undefined): Promise<KeyRule[]> {
  const foreignKeys = run.request.schema?.foreignKeys ?? [];
  if (foreignKeys.length === 0) return [];
  await run.tabular.run(
    `create or replace temp table lost_row as ${repeated ? `select _row from ${repeated}` : 'select 0::bigint as _row where false'}`,
  );
  for (const i of foreignKeys.keys())
    await run.tabular.run(
      `create or replace temp table orphan_${i} (_row bigint, _line bigint, value varchar, first_row bigint)`,
    );
  for (let found = true; found; ) {
    found = false;
    for (const [i, foreignKey] of foreignKeys.entries()) {
      const fresh = await orphansOf(run, pass, foreignKey, `orphan_${i}`);
      found ||= fresh;
    }
  }
  const rules: KeyRule[] = [];
  for (const [i, foreignKey] of foreignKeys.entries()) {
    const { fields, target } = sidesOf(foreignKey);
    const phrase = `is no value of ${target.map((name) => `'${name}'`).join(', ')}`;
    const orphans = await count(run, `orphan_${i}`);
    if (orphans > 0)
      rules.push({
        columns: fields,
        code: 'foreign-key',
        rule: 'foreignKeys',
        phrase,
        relation: `orphan_${i}`,
        count: orphans,
      });
  }
  return rules;
}

/** Adds the orphans of the rows still standing to their table and to the lost rows; true when there were any. */
async function orphansOf(run: IngestRun, pass: Pass, foreignKey: ForeignKey, table: string): Promise<boolean> {
  const { tabular } = run;
  const { fields, target } = sidesOf(foreignKey);
  const own = fields.map((name) => idOf(pass, name));
  const other = target.map((name) => idOf(pass, name));
  const standing = `(from ${pass.rows} where _bad < 2 and _row not in (select _row from lost_row))`;
  const same = own.map((id, i) => sameKey(`r.${id}`, `p.${other[i]}`, typeOf(pass, id), typeOf(pass, other[i]!)));
  const before = await count(run, table);
  await tabular.run(`insert into ${table}
    select _row, _line, left(concat_ws(', ', ${own.join(', ')}), 200), null
    from ${standing} r anti join ${standing} p on ${same.join(' and ')} ${await notThereBefore(run, pass, own, target)}
    where ${own.map((id) => `${id} is not null`).join(' and ')}`);
  if ((await count(run, table)) === before) return false;
  await tabular.run(`insert into lost_row select _row from ${table} where _row not in (select _row from lost_row)`);
  return true;
}

async function notThereBefore(run: IngestRun, pass: Pass, own: string[], target: string[]): Promise<string> {
  const { previous, referable, mode = 'replace' } = run.request;
  const file = referable ?? (mode === 'replace' ? undefined : previous?.file);
  if (file === undefined) return '';
  const known = new Map((await tableColumns(run.tabular, file)).map(({ name, type }) => [name, type]));
  if (target.some((name) => !known.has(name))) return '';
  const same = own.map((id, i) =>
    sameKey(`r.${id}`, `b.${identifier(target[i]!)}`, typeOf(pass, id), known.get(target[i]!)!),
  );
  return `anti join read_parquet(${literal(file)}) b on ${same.join(' and ')}`;
}

function typeOf(pass: Pass, id: string): string {
  return pass.table.fields[Number(id.slice(1)) - 1]!.physical;
}
