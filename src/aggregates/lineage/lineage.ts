import type { Sql } from '../../platform/db/index.ts';
import type { Access } from '../../resource/index.ts';
import type { CellPlace } from './store.ts';

/** Where a value comes from, as clients read it (contract monitoring §6.7). */
export interface Lineage {
  cell: {
    indicator_id: number;
    location_id: number;
    campaign_id?: number;
    data_date?: string;
    time_grouping?: unknown;
  };
  value: number | string | null;
  kind: string;
  flags: string[];
  lineage: string;
  inputs?: LineageInput[];
  [more: string]: unknown;
}

/** An input is a lineage in brief; in whole where `depth` reaches it. */
export type LineageInput = Lineage & { role?: string };

/** Before every place and period there is. */
export const fromTheFirst = -2_147_483_648;

export interface Question {
  access: Access;
  /** Steps that are expanded in place. */
  depth: number;
  /** Of a page: the last place or period seen. */
  after: number;
  limit: number;
  /** Cells that may still be expanded in this answer; those beyond it stay links. */
  budget: { left: number };
  cursorOf(after: number): string;
}

export const cellOf = ({ kind, indicatorId, locationId, period }: CellPlace): Lineage['cell'] => ({
  indicator_id: indicatorId,
  location_id: locationId,
  ...(kind === 'campaign' ? { campaign_id: Number(period) } : { data_date: String(period) }),
});

export function urlOf(place: CellPlace, id: number | null): string {
  if (id !== null) return `/api/v1/${place.kind}_datapoint/${id}/lineage`;
  return lineageUrl(cellOf(place));
}

export const lineageUrl = (query: object): string =>
  `/api/v1/datapoint/lineage?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`;

export const visibleTo =
  (access: Access) =>
  (location: Sql): Sql =>
    access.where('datapoint.read', { location });
