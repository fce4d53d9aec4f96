import type { Indicator } from '../api/indicators.ts';
import {
  type Cell,
  type Coordinates,
  type EnteredCell,
  fetchEntries,
  fetchLineage,
  fetchTagged,
  type GridCell,
} from '../api/values.ts';
import { lineagePath } from '../lineage/lineage-path.ts';
import { valueText } from '../ui/value-text.ts';
import type { SheetCell } from './sheet-cell.ts';

/** What a cell was when its change began. */
export interface Begun {
  id: number | null;
  value: Cell['value'];
  /** What somebody entered there by hand; its null hides what files say. */
  entry: EnteredCell | undefined;
  tag: string | undefined;
}

/** What a sheet itself wrote there. */
export type Own = Pick<Begun, 'id' | 'value'>;

/** Of a block of any size in a few requests. The tags come first, so that what is saved after them is met by them. */
export async function cellsNow(given: readonly Asked[]): Promise<Begun[]> {
  const cells = await withCleared(given);
  const known = cells.filter(({ id }) => id !== null);
  if (known.length === 0) return cells.map(() => ({ id: null, value: null, entry: undefined, tag: undefined }));
  const ids = new Set(known.map(({ id }) => id!));
  const found = await fetchTagged(known[0]!.target.period, [...ids]);
  const entered = await fetchEntries(known.map(({ target }) => coordinatesOf(target)));
  const entries = new Map(entered.map((one) => [keyOf(one), one]));
  return cells.map(({ target, id }) => {
    const now = id === null ? undefined : found.get(id);
    const entry = entries.get(keyOf(coordinatesOf(target)));
    return { id: now?.cell.id ?? null, value: now?.cell.value ?? null, entry, tag: now?.tag };
  });
}

interface Asked {
  target: SheetCell;
  id: number | null;
}

/** A cell that somebody cleared is in no list of values, but has an entry and by that an id, which its lineage tells. */
async function withCleared(cells: readonly Asked[]): Promise<readonly Asked[]> {
  const unknown = cells.filter(({ id }) => id === null);
  if (unknown.length === 0) return cells;
  const entries = await fetchEntries(unknown.map(({ target }) => coordinatesOf(target)));
  const cleared = new Set(entries.filter(({ value }) => value === null).map(keyOf));
  if (cleared.size === 0) return cells;
  return await Promise.all(
    cells.map(async (one) => {
      if (one.id !== null || !cleared.has(keyOf(coordinatesOf(one.target)))) return one;
      return { ...one, id: (await fetchLineage(pathOf(one.target))).id ?? null };
    }),
  );
}

/** Where the API tells where the value of a cell comes from, or why there is none. */
export const pathOf = (target: SheetCell): string => lineagePath({ id: null, value: null, ...coordinatesOf(target) });

const keyOf = (of: {
  location_id: number;
  indicator_id: number;
  campaign_id?: number | null;
  data_date?: string | null;
}) => [of.location_id, of.indicator_id, of.campaign_id ?? of.data_date].join(' ');

/** Whether the sheet shows something else than what the change began with. */
export function isOvertaken({ cell }: SheetCell, before: Begun, own: Own | undefined): boolean {
  const shown = own ?? cell;
  return shown?.id != null && before.value !== shown.value;
}

export const somebodySaved = (value: Cell['value'], indicator: Indicator) =>
  `Somebody saved ${value === null ? 'nothing' : valueText(value, indicator)} here in the meantime`;

/** A cell of a grid is written as it was seen, or not at all. */
export const seenWith = ({ id, tag }: Begun): Pick<GridCell, 'if_match' | 'if_none_match'> =>
  id === null ? { if_none_match: '*' } : { if_match: tag };

export const coordinatesOf = ({ period, place, indicator }: SheetCell): Coordinates => ({
  ...period,
  location_id: place.id,
  indicator_id: indicator.id,
});
