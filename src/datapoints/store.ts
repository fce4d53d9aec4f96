import { type Queryable, type Sql, sql, type Tx } from '../platform/db/index.ts';
import type { CheckedIndicator } from './pure/check-value.ts';

/** Where a value belongs: exactly one of campaign and day. */
export interface Cell {
  indicatorId: number;
  locationId: number;
  campaignId: number | null;
  dataDate: string | null;
}

const atCell = ({ indicatorId, locationId, campaignId, dataDate }: Cell): Sql => sql`indicator_id = ${indicatorId}::int
  and location_id = ${locationId}::int and retracted_at is null and ${
    campaignId === null ? sql`data_date = ${dataDate}::date` : sql`campaign_id = ${campaignId}::int`
  }`;

export interface CellFacts {
  indicator: (CheckedIndicator & { resource_name: 'campaign' | 'date' }) | null;
  hasCampaign: boolean;
  hasLocation: boolean;
}

/** What the cell is made of, as far as it exists; `visible` says whether the caller may know of the place. */
export function factsOfCell(tx: Queryable, cell: Cell, visible: (location: Sql) => Sql): Promise<CellFacts> {
  return tx.one<CellFacts>(sql`
    select (select jsonb_build_object('short_name', i.short_name, 'data_format', i.data_format, 'min', i.min, 'max', i.max,
        'categories', i.categories, 'resource_name', i.resource_name) from indicator i where i.id = ${cell.indicatorId}::bigint) as indicator,
      (${cell.campaignId}::bigint is null or exists (select 1 from campaign c where c.id = ${cell.campaignId}::bigint)) as "hasCampaign",
      exists (select 1 from location l where l.id = ${cell.locationId}::bigint and ${visible(sql`l.id`)}) as "hasLocation"`);
}

/** The live entry goes into history. Answers whether there was one. */
export async function retractEntry(tx: Tx, cell: Cell, userId: string | null): Promise<boolean> {
  const n = await tx.exec(sql`update datapoint set retracted_at = now(), retracted_by = ${userId}::uuid
    where ${atCell(cell)} and origin = 'entry'`);
  return n > 0;
}

/** Answers false, and writes nothing, where the cell has a live entry. */
export async function insertEntry(
  tx: Tx,
  cell: Cell,
  entry: { value: number | null; note: string | null; userId: string | null },
): Promise<boolean> {
  const n = await tx.exec(sql`
    insert into datapoint (indicator_id, location_id, campaign_id, data_date, value, origin, ranked_at, entered_by, note)
    values (${cell.indicatorId}, ${cell.locationId}, ${cell.campaignId}, ${cell.dataDate}, ${entry.value}, 'entry',
      clock_timestamp(), ${entry.userId}, ${entry.note})
    on conflict do nothing`);
  return n > 0;
}

export function noteOfEntry(tx: Tx, cell: Cell): Promise<{ value: number | null; note: string | null } | undefined> {
  return tx.maybe(sql`select value::float8 as value, note from datapoint where ${atCell(cell)} and origin = 'entry'`);
}
