import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Indicator } from '../api/indicators.ts';
import { Problem } from '../api/problem.ts';
import {
  type BulkResult,
  type Cell,
  changeValue,
  type Entry,
  enterValue,
  enterValues,
  fetchLineage,
  fetchTagged,
  type Period,
  withdrawValue,
} from '../api/values.ts';
import { plural } from '../ui/format.ts';
import { checkText } from './check-text.ts';

/** A cell of the sheet: a place, an indicator, a period, and what is known there now. */
export interface SheetCell {
  key: string;
  /** As people call it: `Children seen, Amber`. */
  name: string;
  period: Period;
  place: { id: number; name: string };
  indicator: Indicator;
  cell: Cell | undefined;
}

export interface Note {
  state: 'saving' | 'saved' | 'refused' | 'unusual' | 'overtaken';
  /** What was typed. */
  text: string;
  message: string;
  target: SheetCell;
  /** Sends it again, where it was not what was typed that failed. */
  again?: (() => void) | undefined;
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

interface Undo {
  label: string;
  back: () => Promise<unknown>;
}

const mostWaitMs = 3000;

/** Saves cell by cell, remembers what became of each, and how to take it back. */
export function useEntry() {
  const queries = useQueryClient();
  const [notes, setNotes] = useState<ReadonlyMap<string, Note>>(new Map());
  // The same before it is drawn, for who is about to leave.
  const latest = useRef(notes);
  const underway = useRef(new Set<Promise<void>>());
  const [undone, setUndone] = useState<Undo[]>([]);
  // What the cell was when its change began: begun with the first key, awaited by the save.
  const begun = useRef(new Map<string, Promise<Begun>>());

  // The save of a cell that is under way: what is typed there meanwhile is saved after it.
  const turns = useRef(new Map<string, Promise<unknown>>());

  // What this sheet wrote and has not read again yet: until then the cells it shows know nothing of it.
  const own = useRef(new Map<string, Own>());

  const change = (next: ReadonlyMap<string, Note>) => {
    latest.current = next;
    setNotes(next);
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

  const beginning = (target: SheetCell) => cellNow(target, own.current.get(target.key));
  const overtakenBy = (target: SheetCell, before: Begun) => overtaking(target, before, own.current.get(target.key));

  const readAgain = (key: string, mine: Own | undefined) => {
    // What is being saved now was typed over what the sheet showed before.
    if (own.current.get(key) === mine && !turns.current.has(key)) own.current.delete(key);
  };

  const begin = (target: SheetCell) => {
    const busy = turns.current.get(target.key);
    begun.current.set(target.key, busy === undefined ? beginning(target) : busy.then(() => beginning(target)));
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
      const overtaken = overtakenBy(target, before);
      if (!confirmed && overtaken !== undefined) {
        tell('overtaken', overtaken);
        return true;
      }
      const saved = await write(target, before, { value, confirm_warnings: confirmed });
      setUndone((list) => [...list, { label: nameOf(target), back: () => restore(target, before, saved) }]);
      own.current.set(target.key, { id: saved.id, value });
      tell('saved');
      return true;
    } catch (error) {
      const problem = error instanceof Problem ? error : undefined;
      const canConfirm = problem?.hint?.includes('confirm_warnings') === true;
      const isOvertaken = problem?.status === 412 || problem?.status === 409;
      if (isOvertaken) {
        const what = problem.status === 412 ? 'changed it' : 'entered something here';
        tell('overtaken', `Somebody ${what} in the meantime.`);
      } else if (canConfirm) tell('unusual', problem.message);
      else if (isLast()) fail(target, text, error, () => start(save(target, text, confirmed)));
      return isOvertaken;
    }
  };

  /** What is stored by hand goes; without an entry, what files say is hidden. */
  const clear = async (target: SheetCell) => {
    const { cell, period } = target;
    if (cell?.id == null) return;
    note(target, 'saving', '');
    try {
      const before = await beginning(target);
      if (before.isEntry) {
        await withdrawValue(period, cell.id);
        setUndone((list) => [...list, { label: nameOf(target), back: () => enterAgain(target, before.value) }]);
      } else {
        const saved = await changeValue(period, cell.id, { value: null }, before.tag);
        setUndone((list) => [...list, { label: nameOf(target), back: () => restore(target, before, saved) }]);
      }
      note(target, 'saved', '');
      await refresh();
    } catch (error) {
      fail(target, '', error, () => start(inTurn(target.key, () => clear(target))));
    }
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
      const begunAt = await Promise.all(fitting.map(({ target }) => beginning(target)));
      const good: typeof fitting = [];
      const before: Begun[] = [];
      for (const [index, one] of fitting.entries()) {
        const overtaken = overtakenBy(one.target, begunAt[index]!);
        if (overtaken === undefined) {
          good.push(one);
          before.push(begunAt[index]!);
        } else note(one.target, 'overtaken', one.text, overtaken);
      }
      if (good.length === 0) {
        await refresh();
        return;
      }
      const { results } = await enterValues(
        good.map(({ target, checked }, index) => ({
          ...coordinatesOf(target),
          value: checked.value ?? null,
          ...seenWith(before[index]!),
        })),
      );
      const written: [key: string, mine: Own][] = [];
      results.forEach((result, index) => {
        const { target, text } = good[index]!;
        if (result.status < 300) {
          const mine = { id: result.id ?? null, value: good[index]!.checked.value ?? null };
          own.current.set(target.key, mine);
          written.push([target.key, mine]);
          note(target, 'saved', text);
        } else if (result.status === 412) note(target, 'overtaken', text, 'Somebody changed it in the meantime.');
        else note(target, 'refused', text, result.error ?? `The server answered ${result.status}.`);
      });
      const stored = results.flatMap((result, index) =>
        result.status < 300 && result.id !== undefined
          ? [{ id: result.id, before: before[index]!, target: good[index]!.target }]
          : [],
      );
      const back = async () => {
        for (const one of stored) await restore(one.target, one.before, { id: one.id });
      };
      if (stored.length > 0) setUndone((list) => [...list, { label: plural(stored.length, 'pasted value'), back }]);
      await refresh();
      for (const [key, mine] of written) readAgain(key, mine);
    } catch (error) {
      for (const { target, text } of fitting) {
        fail(target, text, error, () => start(save(target, text)));
      }
    }
  };

  const undo = async () => {
    const last = undone.at(-1);
    if (last === undefined) return;
    setUndone(undone.slice(0, -1));
    own.current.clear();
    await last.back();
    change(new Map());
    await refresh();
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
    clear: (target: SheetCell) => start(inTurn(target.key, () => clear(target))),
    paste: (block: { target: SheetCell; text: string }[]) => start(paste(block)),
    forget,
    undo,
    undoLabel: undone.at(-1)?.label,
    settled,
    isOpen,
  };
}

interface Begun {
  id: number | null;
  value: Cell['value'];
  isEntry: boolean;
  tag: string | undefined;
}

type Own = Pick<Begun, 'id' | 'value'>;

async function cellNow({ cell, period }: SheetCell, own: Own | undefined): Promise<Begun> {
  const id = cell?.id ?? own?.id ?? null;
  if (id === null) return { id, value: null, isEntry: false, tag: undefined };
  const [{ cell: now, tag }, lineage] = await Promise.all([fetchTagged(period, id), fetchLineage(period, id)]);
  return { id, value: now.value, isEntry: lineage.kind === 'entry' || lineage.cleared !== undefined, tag };
}

/** What is to be said when the sheet shows something else than what the change began with. */
function overtaking({ cell }: SheetCell, before: Begun, own: Own | undefined): string | undefined {
  if (before.id === null || before.value === ((own ?? cell)?.value ?? null)) return undefined;
  return `Somebody saved ${before.value ?? 'nothing'} here in the meantime.`;
}

/** A cell of a grid is written as it was seen, or not at all. */
const seenWith = ({ id, tag }: Begun) => (id === null ? { if_none_match: '*' } : { if_match: tag });

const coordinatesOf = ({ period, place, indicator }: SheetCell) => ({
  ...period,
  location_id: place.id,
  indicator_id: indicator.id,
});
const nameOf = ({ place, indicator, period }: SheetCell): string =>
  [indicator.short_name, place.name, ...('data_date' in period ? [period.data_date] : [])].join(', ');

/** What is confirmed replaces what somebody else may have entered; anything else must not meet an entry it has not seen. */
async function write(target: SheetCell, before: Begun, entry: Entry): Promise<Pick<Cell, 'id'>> {
  if (before.id !== null) return await changeValue(target.period, before.id, entry, before.tag);
  if (!entry.confirm_warnings) return await enterValue(coordinatesOf(target), entry);
  const { results } = await enterValues([{ ...coordinatesOf(target), ...entry }]);
  const [{ id, error }] = results as [BulkResult];
  if (id === undefined) throw new Error(error);
  return { id };
}

/** An entry gets its former value; where there was none, it goes, and what files or places below say returns. */
async function restore({ period }: SheetCell, before: Begun, saved: Pick<Cell, 'id'>): Promise<unknown> {
  if (before.isEntry && before.id !== null) {
    return await changeValue(period, before.id, { value: before.value, confirm_warnings: true }, undefined);
  }
  return await withdrawValue(period, saved.id!);
}

const enterAgain = (target: SheetCell, value: Cell['value']) =>
  enterValue(coordinatesOf(target), { value, confirm_warnings: true });
