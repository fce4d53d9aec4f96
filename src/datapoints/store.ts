import { type Queryable, raw, type Sql, sql, type Tx } from '../platform/db/index.ts';
import type { CheckedIndicator } from './pure/check-value.ts';

/** Where a value belongs: exactly one of campaign and day. */
export interface Cell {
  indicatorId: number;
  locationId: number;
  campaignId: number | null;
  dataDate: string | null;
}

/** Rows `v` of (indicator_id, location_id, campaign_id, data_date), numbered `n` in the order given. */
const rowsOf = (cells: readonly Cell[]): Sql => sql`unnest(${cells.map((cell) => cell.indicatorId)}::bigint[],
  ${cells.map((cell) => cell.locationId)}::bigint[], ${cells.map((cell) => cell.campaignId)}::bigint[],
  ${cells.map((cell) => cell.dataDate)}::date[]) with ordinality v (indicator_id, location_id, campaign_id, data_date, n)`;

/** Of the stored values of a cell, as `alias`, the first in this order counts (monitoring §7.7). */
export const ranking = (alias: string): string =>
  `${alias}.precedence, ${alias}.ranked_at desc, ${alias}.source_row desc, ${alias}.id desc`;

/** What is live `d` at the cell `v`. All cells of one statement are of one kind, so that its index is used. */
const storedAt = (cells: readonly Cell[]): Sql => sql`d.indicator_id = v.indicator_id and d.location_id = v.location_id
  and d.${raw(cells[0]?.campaignId === null ? 'data_date = v.data_date' : 'campaign_id = v.campaign_id')}
  and d.retracted_at is null`;

/** The live entry among it. */
const entryAt = (cells: readonly Cell[]): Sql => sql`${storedAt(cells)} and d.origin = 'entry'`;

export interface CellFacts {
  indicator: (CheckedIndicator & { resource_name: 'campaign' | 'date' }) | null;
  hasCampaign: boolean;
  hasLocation: boolean;
  mayWrite: boolean;
  /** The live entry. */
  before: { value: number | null; note: string | null } | null;
  /** By whomever: there is a live value. */
  isStored: boolean;
}

/**
 * What the cells are made of, as far as it exists, in their order; `visible` says whether the caller may know of the
 * place, `writable` whether they may enter values there.
 */
export function factsOfCells(
  tx: Queryable,
  cells: readonly Cell[],
  visible: (location: Sql) => Sql,
  writable: (location: Sql) => Sql,
): Promise<CellFacts[]> {
  return tx.many<CellFacts>(sql`
    select case when i.id is not null then jsonb_build_object('short_name', i.short_name, 'data_format', i.data_format,
        'min', i.min, 'max', i.max, 'categories', i.categories, 'resource_name', i.resource_name) end as indicator,
      v.campaign_id is null or exists (select 1 from campaign c where c.id = v.campaign_id) as "hasCampaign",
      exists (select 1 from location l where l.id = v.location_id and ${visible(sql`l.id`)}) as "hasLocation",
      exists (select 1 from location l where l.id = v.location_id and ${writable(sql`l.id`)}) as "mayWrite",
      case when d.id is not null then jsonb_build_object('value', d.value, 'note', d.note) end as before,
      exists (select 1 from datapoint d where ${storedAt(cells)}) as "isStored"
    from ${rowsOf(cells)} left join indicator i on i.id = v.indicator_id left join datapoint d on ${entryAt(cells)}
    order by v.n`);
}

/** The live entries go into history. Answers how many there were. */
export function retractEntries(tx: Tx, cells: readonly Cell[], userId: string | null): Promise<number> {
  return tx.exec(sql`update datapoint d set retracted_at = now(), retracted_by = ${userId}::uuid
    from ${rowsOf(cells)} where ${entryAt(cells)}`);
}

/** Notes on the values that count at the cells; what they say, their origin and rank stay as they are. */
export async function noteValues(tx: Tx, notes: readonly { cell: Cell; note: string | null }[]): Promise<void> {
  const cells = notes.map(({ cell }) => cell);
  await tx.exec(sql`
    update datapoint d set note = s.note
    from ${rowsOf(cells)} join unnest(${notes.map(({ note }) => note)}::text[]) with ordinality s (note, n) using (n)
    where d.id = (select d.id from datapoint d where ${storedAt(cells)} order by ${raw(ranking('d'))} limit 1)`);
}

export async function insertEntries(
  tx: Tx,
  entries: readonly { cell: Cell; value: number | null; note: string | null }[],
  userId: string | null,
): Promise<void> {
  await tx.exec(sql`
    insert into datapoint (indicator_id, location_id, campaign_id, data_date, value, origin, ranked_at, entered_by, note)
    select v.indicator_id, v.location_id, v.campaign_id, v.data_date, s.value, 'entry', clock_timestamp(), ${userId}::uuid, s.note
    from ${rowsOf(entries.map(({ cell }) => cell))} join unnest(${entries.map((one) => one.value)}::numeric[],
      ${entries.map((one) => one.note)}::text[]) with ordinality s (value, note, n) using (n)`);
}
