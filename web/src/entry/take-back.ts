import { Problem } from '../api/problem.ts';
import { type Cell, enterValues, withdrawValue } from '../api/values.ts';
import { type Begun, cellsNow, coordinatesOf, seenWith, somebodySaved } from './cells-now.ts';
import type { SheetCell } from './sheet-cell.ts';

/** A change that was made, and how it was before. */
export interface Past {
  target: SheetCell;
  before: Begun;
  id: number | null;
  /** What was entered; undefined: an entry was withdrawn. */
  entered: Pick<Cell, 'value'> | undefined;
}

interface TakeBack {
  /** Also what somebody else changed since. */
  anyway: boolean;
  /** Every request goes by it. */
  send: <T>(work: () => Promise<T>) => Promise<T>;
  done: (one: Past) => void;
  overtaken: (one: Past, message: string) => void;
}

/**
 * An entry gets its former value; where there was none, it goes, and what files or places below say returns. What
 * somebody else changed since stays as it is. Each is told as it is decided: when a request fails, the others are open.
 */
export async function takeBack(past: readonly Past[], { anyway, send, done, overtaken }: TakeBack): Promise<void> {
  const now = await send(() => cellsNow(past));
  const open = past.flatMap((one, n) => {
    if (anyway || stands(one, now[n]!)) return [{ one, now: now[n]! }];
    const { entry, value } = now[n]!;
    overtaken(one, `${somebodySaved(entry === undefined ? value : entry.value, one.target.indicator)}.`);
    return [];
  });
  const former = open.filter(({ one }) => one.before.entry !== undefined);
  if (former.length > 0) {
    const cells = former.map(({ one, now: seen }) => ({
      ...coordinatesOf(one.target),
      value: one.before.entry!.value,
      note: one.before.entry!.note,
      confirm_warnings: true,
      ...seenWith(seen),
    }));
    const { results } = await send(() => enterValues(cells));
    const refused = results.flatMap(({ status, error }, n) => {
      const { one } = former[n]!;
      if (status < 300) done(one);
      else if (status === 412) overtaken(one, changedMeanwhile);
      else return [error ?? `The server answered ${status}.`];
      return [];
    });
    if (refused.length > 0) throw new Error(refused[0]);
  }
  for (const { one, now: seen } of open.filter(({ one: { before } }) => before.entry === undefined)) {
    if (seen.entry === undefined) {
      done(one);
      continue;
    }
    try {
      await send(() => withdrawValue(one.target.period, seen.id!, seen.tag));
      done(one);
    } catch (error) {
      if (!(error instanceof Problem && error.status === 412)) throw error;
      overtaken(one, changedMeanwhile);
    }
  }
}

export const changedMeanwhile = 'Somebody changed it in the meantime.';

/** Whether what was entered, or that nothing is, is still so. */
function stands({ entered }: Past, { entry }: Begun): boolean {
  if (entered === undefined || entry === undefined) return entered === entry;
  return String(entered.value) === String(entry.value);
}
