import { ident, type Queryable, raw, type Sql, sql, type Tx } from '../platform/db/index.ts';
import { type Kind, kinds, type Period } from './pure/kinds.ts';
import { inGroups } from './store.ts';

/** All periods with anything stored or worked out, in portions. */
export async function periodsAfter(
  db: Queryable,
  kind: Kind,
  after: Period | undefined,
  limit: number,
): Promise<Period[]> {
  const { table, period, type } = kinds[kind];
  const column = ident(period);
  const rows = await db.many<{ period: Period }>(sql`
    select ${kind === 'date' ? sql`p.period::text` : raw('p.period')} as period from (
      select ${column} as period from ${ident(table)} union select ${column} from datapoint where ${column} is not null) p
    where ${after === undefined ? raw('true') : sql`p.period > ${after}::${raw(type)}`} order by p.period limit ${limit}`);
  return rows.map((row) => row.period);
}

/** Every cell that is kept, and every one that has something stored. */
export function everyCell(kind: Kind, periods: readonly Period[]): { groups: Sql; isRebuild: true } {
  const { table, period, type } = kinds[kind];
  const of = sql`any(${[...periods]}::${raw(type)}[])`;
  return {
    isRebuild: true,
    groups:
      inGroups(sql`select a.indicator_id, a.location_id, a.${ident(period)} as period from ${ident(table)} a where a.${ident(period)} = ${of}
      union all select d.indicator_id, d.location_id, d.${ident(period)} from datapoint d
        where d.${ident(period)} = ${of} and d.retracted_at is null`),
  };
}

export interface CellDifference {
  indicator_id: number;
  location_id: number;
  period: Period;
  kept: string | null;
  rebuilt: string | null;
}

/** Keeps what a period's cells are, to be compared with what a rebuild makes of them. */
export async function keepCells(tx: Tx, kind: Kind, periods: readonly Period[]): Promise<void> {
  const { cells, period, type } = kinds[kind];
  await tx.exec(sql`create temp table doctor_cell on commit drop as
    select * from ${ident(cells)} where ${ident(period)} = any(${[...periods]}::${raw(type)}[])`);
}

export function differencesOf(tx: Tx, kind: Kind, periods: readonly Period[]): Promise<CellDifference[]> {
  const { cells, period, type } = kinds[kind];
  const shown = (alias: string): Sql =>
    raw(
      `case when ${alias}.id is not null then coalesce(${alias}.value::text, 'none') || ' ' || aggregate_flags(${alias}.marks)::text end`,
    );
  return tx.many<CellDifference>(sql`
    select coalesce(k.indicator_id, r.indicator_id) as indicator_id, coalesce(k.location_id, r.location_id) as location_id,
      coalesce(k.${ident(period)}, r.${ident(period)})${kind === 'date' ? raw('::text') : raw('')} as period,
      ${shown('k')} as kept, ${shown('r')} as rebuilt
    from doctor_cell k full join (select * from ${ident(cells)} where ${ident(period)} = any(${[...periods]}::${raw(type)}[])) r
      on r.${ident(period)} = k.${ident(period)} and r.indicator_id = k.indicator_id and r.location_id = k.location_id
    where to_jsonb(k) - 'updated_at' is distinct from to_jsonb(r) - 'updated_at' order by 3, 1, 2`);
}

/** What was done since is undone: a look must not change anything. */
export const beginLook = (tx: Tx) => tx.exec(raw('savepoint doctor'));
export const endLook = (tx: Tx) => tx.exec(raw('rollback to savepoint doctor'));
