import type { Tx } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Access, forbidden } from '../resource/index.ts';
import {
  coordinatesFixed,
  entryExists,
  invalidValue,
  needsConfirmation,
  noSuch,
  noSuchPlace,
  nothingEntered,
  nothingToNote,
  wrongKind,
} from './errors.ts';
import { checkValue } from './pure/check-value.ts';
import { readText } from './pure/read-text.ts';
import { type Cell, type CellFacts, factsOfCells, insertEntries, noteValues, retractEntries } from './store.ts';

export interface Entry {
  cell: Cell;
  /** Null clears the cell: what files say there does not count either. Undefined leaves what is stored as it is. */
  value: number | null | undefined;
  note: string | null | undefined;
  confirmWarnings: boolean;
  /** What was sent where it is no number by itself; `value` is to be read from it. */
  text: string | null | undefined;
  /** Refused where the cell has an entry. */
  isNew: boolean;
}

/**
 * Stores what somebody typed as the values that count for their cells (monitoring §7.9), in sets. All cells are of one
 * kind and none is there twice; whoever calls holds their periods. Answers for each what refuses it, if anything does:
 * the others are stored. Former entries stay as history.
 */
export async function enterValues(
  tx: Tx,
  access: Access,
  entries: readonly Entry[],
): Promise<(AppError | undefined)[]> {
  const facts = await factsOfCells(
    tx,
    entries.map(({ cell }) => cell),
    (location) => access.where('location.read', { location }),
    (location) => access.where('datapoint.write', { location }),
  );
  const values: Entry['value'][] = [];
  const refusals = entries.map((entry, n) =>
    refusalOf(() => {
      values[n] = checkEntry(entry, facts[n]!);
    }),
  );
  const accepted = entries.flatMap(({ cell, note }, n) =>
    refusals[n] === undefined ? [{ cell, value: values[n], note, before: facts[n]!.before }] : [],
  );
  // Without a value only the note of what is stored changes, whoever stored it; without either nothing does.
  const entered = accepted.flatMap(({ cell, value, note, before }) => {
    const kept = value === undefined ? before?.value : value;
    return kept === undefined ? [] : [{ cell, value: kept, note: note === undefined ? (before?.note ?? null) : note }];
  });
  const noted = accepted.flatMap(({ cell, value, note, before }) =>
    value === undefined && before === null && note !== undefined ? [{ cell, note }] : [],
  );
  if (entered.length > 0) {
    await retractEntries(
      tx,
      entered.map(({ cell }) => cell),
      access.userId,
    );
    await insertEntries(tx, entered, access.userId);
  }
  if (noted.length > 0) await noteValues(tx, noted);
  return refusals;
}

/** The values of files and scripts count again. Refused where nobody entered anything. */
export async function withdrawEntry(tx: Tx, access: Access, cell: Cell, id: unknown): Promise<void> {
  if ((await retractEntries(tx, [cell], access.userId)) === 0) throw nothingEntered(id);
}

function refusalOf(check: () => void): AppError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** The value to be stored. */
function checkEntry(entry: Entry, facts: CellFacts): Entry['value'] {
  const { cell, note, text, isNew, confirmWarnings } = entry;
  if (facts.indicator === null) throw noSuch('indicator_id', cell.indicatorId);
  if (!facts.hasLocation) throw noSuchPlace(cell.locationId);
  if (!facts.hasCampaign) throw noSuch('campaign_id', cell.campaignId);
  const kind = cell.campaignId === null ? 'date' : 'campaign';
  if (facts.indicator.resource_name !== kind) {
    throw wrongKind(facts.indicator.short_name, facts.indicator.resource_name);
  }
  const read = text === undefined || text === null ? { value: entry.value } : readText(facts.indicator, text);
  if ('code' in read) throw invalidValue(read.code, read.message);
  const { value } = read;
  if (value !== null && value !== undefined) {
    const problem = checkValue(facts.indicator, value);
    if (problem?.isWarning && !confirmWarnings) throw needsConfirmation(problem.code, problem.message);
    if (problem !== undefined && !problem.isWarning) throw invalidValue(problem.code, problem.message);
  }
  if (!facts.mayWrite) throw forbidden();
  if (value === undefined && note !== undefined && !facts.isStored) throw nothingToNote();
  if (isNew && facts.before !== null) {
    const period = cell.campaignId === null ? 'data_date' : 'campaign_id';
    throw entryExists(
      ['location_id', period, 'indicator_id'],
      [cell.locationId, cell.campaignId ?? cell.dataDate, cell.indicatorId],
    );
  }
  return value;
}

/** Of a value only what was said can change, not what it is about. */
export function checkCoordinates(before: Record<string, unknown>, sent: Record<string, unknown>): void {
  for (const field of ['indicator_id', 'location_id', 'campaign_id', 'data_date']) {
    if (sent[field] !== undefined && sent[field] !== before[field]) throw coordinatesFixed(field);
  }
}
