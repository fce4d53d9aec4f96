import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Problem } from '../api/problem.ts';
import {
  type BulkResult,
  type Cell,
  changeValue,
  type Entry,
  enterValue,
  enterValues,
  fetchLineage,
  fetchStoredIn,
  type Lineage,
  withdrawValue,
} from '../api/values.ts';
import { dateTime, plural } from '../ui/format.ts';
import { toastProblem } from '../ui/toast.tsx';
import { valueText } from '../ui/value-text.ts';
import {
  type Begun,
  cellsNow,
  coordinatesOf,
  isOvertaken,
  type Own,
  pathOf,
  seenWith,
  somebodySaved,
} from './cells-now.ts';
import { checkText } from './check-text.ts';
import { patiently } from './patiently.ts';
import { isComputed, type SheetCell } from './sheet-cell.ts';
import { changedMeanwhile, type Past, takeBack } from './take-back.ts';

export interface Note {
  state: 'saving' | 'saved' | 'refused' | 'unusual' | 'overtaken';
  /** What was typed. */
  text: string;
  message: string;
  target: SheetCell;
  /** Sends it again, where it was not what was typed that failed. */
  again?: (() => void) | undefined;
  /** Undo, although somebody else was quicker. */
  undoAnyway?: (() => void) | undefined;
  /** Nothing is sent before somebody signs in. */
  isSignedOut?: boolean;
}

interface Change {
  target: SheetCell;
  text: string;
  value: number | string | null;
  confirmed: boolean;
  before: Promise<Begun>;
}

/** What one Undo takes back. */
interface Step {
  label: string;
  past: Past[];
}

const mostWaitMs = 3000;

/** Saves cell by cell, remembers what became of each, and how to take it back. */
export function useEntry() {
  const queries = useQueryClient();
  const [notes, setNotes] = useState<ReadonlyMap<string, Note>>(new Map());
  // The same before it is drawn, for who is about to leave.
  const latest = useRef(notes);
  const underway = useRef(new Set<Promise<void>>());
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const latestSteps = useRef(steps);
  // What the cell was when its change began: begun with the first key, awaited by the save.
  const begun = useRef(new Map<string, Promise<Begun>>());

  // The save of a cell that is under way: what is typed there meanwhile is saved after it.
  const turns = useRef(new Map<string, Promise<unknown>>());

  // What this sheet wrote and has not read again yet: until then the cells it shows know nothing of it.
  const own = useRef(new Map<string, Own>());

  // What became of the last change, where that is more than that a value was saved.
  const [said, setSaid] = useState<string>();

  // Of requests that the server does not take yet.
  const [waiting, setWaiting] = useState(0);
  const patient = <T>(work: () => Promise<T>) =>
    patiently(work, (isWaiting) => setWaiting((count) => count + (isWaiting ? 1 : -1)));

  const change = (next: ReadonlyMap<string, Note>) => {
    latest.current = next;
    setNotes(next);
  };
  const setStepsNow = (next: readonly Step[]) => {
    latestSteps.current = next;
    setSteps(next);
  };
  const remember = (label: string, past: Past[]) => {
    setStepsNow([...latestSteps.current, { label, past }]);
    setSaid(undefined);
  };
  const note = (target: SheetCell, state: Note['state'], text: string, message = '', more: Partial<Note> = {}) =>
    change(new Map(latest.current).set(target.key, { ...more, state, text, message, target }));
  const fail = (target: SheetCell, text: string, error: unknown, again: () => void) => {
    const isSignedOut = error instanceof Problem && error.status === 401;
    const message = error instanceof Error ? error.message : String(error);
    const more = error instanceof Problem ? { again, isSignedOut } : {};
    note(target, 'refused', text, isSignedOut ? 'You are signed out.' : message, more);
  };
  const forget = (key: string) => change(new Map([...latest.current].filter(([one]) => one !== key)));
  const refresh = () => queries.invalidateQueries({ queryKey: ['values'] });

  const blockNow = (targets: SheetCell[]) =>
    patient(() =>
      cellsNow(targets.map((target) => ({ target, id: own.current.get(target.key)?.id ?? target.cell?.id ?? null }))),
    );
  const beginning = async (target: SheetCell) => (await blockNow([target]))[0]!;
  const overtakenBy = (target: SheetCell, before: Begun) => isOvertaken(target, before, own.current.get(target.key));

  /** What stands in a cell that somebody else was quicker with: nobody writes over what they have not seen. */
  const theirs = async (target: SheetCell): Promise<string> => {
    try {
      return savedWords(await patient(() => fetchLineage(pathOf(target))), target);
    } catch {
      return changedMeanwhile;
    }
  };

  const readAgain = (key: string, mine: Own | undefined) => {
    // What is being saved now was typed over what the sheet showed before.
    if (own.current.get(key) === mine && !turns.current.has(key)) own.current.delete(key);
  };

  const begin = (target: SheetCell) => {
    const busy = turns.current.get(target.key);
    const found = busy === undefined ? beginning(target) : busy.then(() => beginning(target));
    // Who saves is told what went wrong; who types on need not be.
    found.catch(() => undefined);
    begun.current.set(target.key, found);
  };

  /** After what is under way for the cell. `isLast`: nothing was typed there since. */
  const inTurn = async (key: string, work: (isLast: () => boolean) => Promise<unknown>) => {
    const isLast = () => turns.current.get(key) === mine;
    const busy = turns.current.get(key);
    const mine: Promise<unknown> = (busy ?? Promise.resolve()).then(() => work(isLast));
    turns.current.set(key, mine);
    await mine;
    if (isLast()) turns.current.delete(key);
  };

  const save = async (target: SheetCell, text: string, confirmed = false) => {
    const checked = checkText(text, target.indicator);
    if (checked.error !== undefined) return note(target, 'refused', text, `Not saved: ${checked.error}.`);
    if (checked.warning !== undefined && !confirmed) return note(target, 'unusual', text, `${checked.warning}.`);
    note(target, 'saving', text);
    // Taken now: by the time of its turn the next change may have begun.
    const beganWith = begun.current.get(target.key);
    begun.current.delete(target.key);
    let isNews = false;
    await inTurn(target.key, async (isLast) => {
      const before = beganWith ?? beginning(target);
      isNews = await store({ target, text, value: checked.value, confirmed, before }, isLast);
    });
    if (!isNews) return;
    const mine = own.current.get(target.key);
    await refresh();
    readAgain(target.key, mine);
  };

  /** Answers whether the sheet has to be read again. */
  const store = async (change: Change, isLast: () => boolean): Promise<boolean> => {
    const { target, text, value, confirmed } = change;
    // What became of it matters no more once something else is typed.
    const tell = (state: Note['state'], message?: string) => isLast() && note(target, state, text, message);
    try {
      const before = await change.before;
      if (!confirmed && overtakenBy(target, before)) {
        tell('overtaken', await theirs(target));
        return true;
      }
      const saved = await patient(() => write(target, before, { value, confirm_warnings: confirmed }));
      const entered = { value: value === null ? null : saved.value };
      remember(nameOf(target), [{ target, before, id: saved.id, entered }]);
      own.current.set(target.key, saved);
      tell('saved');
      return true;
    } catch (error) {
      const problem = error instanceof Problem ? error : undefined;
      const canConfirm = problem?.hint?.includes('confirm_warnings') === true;
      const wasQuicker = problem?.status === 412 || problem?.status === 409;
      if (wasQuicker) tell('overtaken', await theirs(target));
      else if (canConfirm) tell('unusual', problem.message);
      else if (isLast()) fail(target, text, error, () => start(save(target, text, confirmed)));
      return wasQuicker;
    }
  };

  /** A change without a text, in its turn; answers what the cell is after it, if there was one. */
  const changeCell = async (target: SheetCell, work: (before: Begun) => Promise<Own | undefined>) => {
    let mine: Own | undefined;
    try {
      await inTurn(target.key, async () => {
        mine = await work(await beginning(target));
        if (mine !== undefined) own.current.set(target.key, mine);
      });
    } catch (error) {
      fail(target, '', error, () => start(changeCell(target, work)));
    }
    if (mine === undefined) return;
    await refresh();
    readAgain(target.key, mine);
  };

  /** The cell is empty afterwards, whoever filled it: what a file says below an entry does not come up. */
  const clear = (target: SheetCell) =>
    changeCell(target, async (before) => {
      if (before.id === null || before.value === null) return undefined;
      if (before.entry === undefined && isComputed(target)) return undefined;
      const { isBelow } = await patient(() => fetchStoredIn(coordinatesOf(target)));
      if (!isBelow) return await withdraw(target, before);
      note(target, 'saving', '');
      await patient(() => changeValue(target.period, before.id!, { value: null }, before.tag));
      remember(nameOf(target), [{ target, before, id: before.id, entered: { value: null } }]);
      note(target, 'saved', '');
      setSaid(`${target.name} is empty now; what a file says there is kept, but does not count`);
      return { id: before.id, value: null };
    });

  /** What was entered or cleared by hand is no more, and what is below it counts again. */
  const takeBackEntry = (target: SheetCell) =>
    changeCell(target, async (before) => (before.entry === undefined ? undefined : await withdraw(target, before)));

  const withdraw = async (target: SheetCell, before: Begun): Promise<Own> => {
    note(target, 'saving', '');
    await patient(() => withdrawValue(target.period, before.id!, before.tag));
    remember(nameOf(target), [{ target, before, id: before.id, entered: undefined }]);
    note(target, 'saved', '');
    const now = await patient(() => fetchLineage(pathOf(target)));
    const what = before.entry?.value === null ? 'that it was cleared' : 'what was entered';
    setSaid(`${target.name}: ${what} is taken back; ${nowWords(now, target)}`);
    return { id: now.id ?? null, value: now.value };
  };

  /** A block from a spreadsheet, in one request; each cell is answered for itself. */
  const paste = async (block: { target: SheetCell; text: string }[]) => {
    const given = block.map((one) => ({ ...one, checked: checkText(one.text, one.target.indicator) }));
    for (const { target, text, checked } of given) {
      if (checked.error !== undefined) note(target, 'refused', text, `Not saved: ${checked.error}.`);
      else if (checked.warning !== undefined) note(target, 'unusual', text, `${checked.warning}.`);
      else note(target, 'saving', text);
    }
    const fitting = given.filter(({ checked }) => checked.error === undefined && checked.warning === undefined);
    try {
      await Promise.all(fitting.map(({ target }) => turns.current.get(target.key)));
      const begunAt = await blockNow(fitting.map(({ target }) => target));
      const good: typeof fitting = [];
      const before: Begun[] = [];
      for (const [index, one] of fitting.entries()) {
        if (overtakenBy(one.target, begunAt[index]!)) note(one.target, 'overtaken', one.text, await theirs(one.target));
        else {
          good.push(one);
          before.push(begunAt[index]!);
        }
      }
      if (good.length === 0) {
        await refresh();
        return;
      }
      const cells = good.map(({ target, checked }, index) => ({
        ...coordinatesOf(target),
        value: checked.value ?? null,
        ...seenWith(before[index]!),
      }));
      const { results } = await patient(() => enterValues(cells));
      const past: Past[] = [];
      for (const [index, result] of results.entries()) {
        const { target, text } = good[index]!;
        if (result.status < 300) {
          const saved = result.object!;
          past.push({ target, before: before[index]!, id: saved.id, entered: saved });
          own.current.set(target.key, saved);
          note(target, 'saved', text);
        } else if (result.status === 412) note(target, 'overtaken', text, await theirs(target));
        else note(target, 'refused', text, result.error ?? `The server answered ${result.status}.`);
      }
      if (past.length > 0) remember(plural(past.length, 'pasted value'), past);
      const written = past.map(({ target: { key } }) => [key, own.current.get(key)] as const);
      await refresh();
      for (const [key, mine] of written) readAgain(key, mine);
    } catch (error) {
      for (const { target, text } of fitting) {
        fail(target, text, error, () => start(save(target, text)));
      }
    }
  };

  /** The last change, once nothing is under way. What was taken back is dropped; what failed to be can be tried again. */
  const undo = async () => {
    await Promise.all(underway.current);
    const last = latestSteps.current.at(-1);
    if (last !== undefined) await undoStep(last, false);
  };

  const undoStep = async (step: Step, anyway: boolean) => {
    const open = new Set(step.past);
    const read: [key: string, mine: Own][] = [];
    try {
      await takeBack(step.past, {
        anyway,
        send: patient,
        done: (one) => {
          open.delete(one);
          const { key } = one.target;
          const mine = { id: one.id, value: one.before.value };
          own.current.set(key, mine);
          read.push([key, mine]);
          // What was typed there since and not taken stays.
          if (anyway || latest.current.get(key)?.state === 'saved') forget(key);
        },
        overtaken: (one, message) => {
          open.delete(one);
          const { value } = one.before;
          const undoAnyway = () => start(undoStep({ ...step, past: [one] }, true).catch(toastProblem));
          const text = value === null ? '' : valueText(value, one.target.indicator);
          note(one.target, 'overtaken', text, message, { undoAnyway });
        },
      });
    } finally {
      const left = { ...step, past: [...open] };
      setSaid(undefined);
      setStepsNow(latestSteps.current.flatMap((one) => (one !== step ? one : open.size === 0 ? [] : left)));
      if (open.size < step.past.length) await refresh();
      for (const [key, mine] of read) readAgain(key, mine);
    }
  };

  const start = (work: Promise<void>) => {
    underway.current.add(work);
    void work.finally(() => underway.current.delete(work));
  };
  /** When what is being saved is saved or refused; who leaves does not wait for a server that does not answer. */
  const settled = () =>
    Promise.race([Promise.all(underway.current), new Promise((resolve) => setTimeout(resolve, mostWaitMs))]);
  const isOpen = () => [...latest.current.values()].some(({ state }) => state !== 'saved');

  return {
    notes,
    begin,
    save: (target: SheetCell, text: string, confirmed?: boolean) => start(save(target, text, confirmed)),
    clear: (target: SheetCell) => {
      // An empty cell is not asked about.
      if ((own.current.get(target.key)?.id ?? target.cell?.id) != null) start(clear(target));
    },
    takeBack: (target: SheetCell) => start(takeBackEntry(target)),
    said,
    paste: (block: { target: SheetCell; text: string }[]) => start(paste(block)),
    forget,
    undo: () => start(undo().catch(toastProblem)),
    undoLabel: steps.at(-1)?.label,
    settled,
    isOpen,
    isWaiting: waiting > 0,
  };
}

const nameOf = ({ place, indicator, period }: SheetCell): string =>
  [indicator.short_name, place.name, ...('data_date' in period ? [period.data_date] : [])].join(', ');

/** What counts in a cell once an entry is gone. */
function nowWords({ value, kind, source }: Lineage, { indicator }: SheetCell): string {
  if (value === null) return 'the cell is empty';
  const from = kind === 'stored' ? (source?.doc_title ? `of “${source.doc_title}”` : 'of a file') : 'worked out';
  return `${valueText(value, indicator)} ${from} counts again`;
}

/** What somebody saved in the meantime, who and when. */
function savedWords({ value, entry, cleared, source }: Lineage, { indicator }: SheetCell): string {
  const by = entry ?? cleared;
  const who = by?.username ?? (source?.doc_title ? `“${source.doc_title}”` : undefined);
  const at = by?.at ?? source?.at;
  const more = [...(who === undefined ? [] : [who]), ...(at === undefined ? [] : [dateTime(at)])];
  return `${somebodySaved(value, indicator)}${more.length === 0 ? '' : ` (${more.join(', ')})`}.`;
}

/** What is confirmed replaces what somebody else may have entered; anything else must not meet an entry it has not seen. */
async function write(target: SheetCell, before: Begun, entry: Entry): Promise<Cell> {
  if (before.id !== null) return await changeValue(target.period, before.id, entry, before.tag);
  if (!entry.confirm_warnings) return await enterValue(coordinatesOf(target), entry);
  const { results } = await enterValues([{ ...coordinatesOf(target), ...entry }]);
  const [{ object, error }] = results as [BulkResult];
  if (object === undefined) throw new Error(error);
  return object;
}
