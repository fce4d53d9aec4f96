import type { Tx } from '../platform/db/index.ts';
import type { Access } from '../resource/index.ts';
import {
  coordinatesFixed,
  entryExists,
  invalidValue,
  needsConfirmation,
  noSuch,
  nothingEntered,
  wrongKind,
} from './errors.ts';
import { checkValue } from './pure/check-value.ts';
import { type Cell, factsOfCell, insertEntry, noteOfEntry, retractEntry } from './store.ts';

export interface Entry {
  /** Null clears the cell: what files say there does not count either. Undefined leaves it as it is. */
  value: number | null | undefined;
  note: string | null | undefined;
  confirmWarnings: boolean;
  /** It was sent as YYYY-MM-DD: only indicators that are calendar days take that. */
  isDay: boolean;
}

/**
 * Stores what somebody typed as the value that counts for the cell (monitoring §7.9). `isNew` refuses a cell that has
 * an entry. The former entry stays as history.
 */
export async function enterValue(tx: Tx, access: Access, cell: Cell, entry: Entry, isNew: boolean): Promise<void> {
  await checkEntry(tx, access, cell, entry);
  const before = await noteOfEntry(tx, cell);
  const period = cell.campaignId === null ? 'data_date' : 'campaign_id';
  const taken = () =>
    entryExists(
      ['location_id', period, 'indicator_id'],
      [cell.locationId, cell.campaignId ?? cell.dataDate, cell.indicatorId],
    );
  if (isNew && before !== undefined) throw taken();
  await retractEntry(tx, cell, access.userId);
  const value = entry.value === undefined ? (before?.value ?? null) : entry.value;
  const note = entry.note === undefined ? (before?.note ?? null) : entry.note;
  if (!(await insertEntry(tx, cell, { value, note, userId: access.userId }))) throw taken();
}

/** The values of files and scripts count again. Refused where nobody entered anything. */
export async function withdrawEntry(tx: Tx, access: Access, cell: Cell, id: unknown): Promise<void> {
  if (!(await retractEntry(tx, cell, access.userId))) throw nothingEntered(id);
}

async function checkEntry(tx: Tx, access: Access, cell: Cell, entry: Entry): Promise<void> {
  const facts = await factsOfCell(tx, cell, (location) => access.where('location.read', { location }));
  if (facts.indicator === null) throw noSuch('indicator_id', cell.indicatorId);
  if (!facts.hasLocation) throw noSuch('location_id', cell.locationId);
  if (!facts.hasCampaign) throw noSuch('campaign_id', cell.campaignId);
  const kind = cell.campaignId === null ? 'date' : 'campaign';
  if (facts.indicator.resource_name !== kind) {
    throw wrongKind(facts.indicator.short_name, facts.indicator.resource_name);
  }
  if (entry.value === null || entry.value === undefined) return;
  if (entry.isDay && !['date', 'date_int'].includes(facts.indicator.data_format)) {
    throw invalidValue('not_a_number', `${facts.indicator.short_name} is a number, not a calendar day`);
  }
  const problem = checkValue(facts.indicator, entry.value);
  if (problem === undefined || (problem.isWarning && entry.confirmWarnings)) return;
  throw problem.isWarning
    ? needsConfirmation(problem.code, problem.message)
    : invalidValue(problem.code, problem.message);
}

/** Of a value only what was said can change, not what it is about. */
export function checkCoordinates(before: Record<string, unknown>, sent: Record<string, unknown>): void {
  for (const field of ['indicator_id', 'location_id', 'campaign_id', 'data_date']) {
    if (sent[field] !== undefined && sent[field] !== before[field]) throw coordinatesFixed(field);
  }
}
