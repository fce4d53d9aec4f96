import { type Cell, checkCoordinates, type Entry, enterValues, withdrawEntry } from '../datapoints/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import type { Change, Concerned, WriteContext } from '../resource/index.ts';
import { type Kind, kinds, type Period } from './pure/kinds.ts';
import { refreshCells } from './refresh-cells.ts';
import { givenCells, idsOfCells, inGroups, lockPeriods, periodsOfCells } from './store.ts';

type Row = Record<string, unknown>;

/** Entries are stored, and all they reach worked out, before rows are read again: the answer shows the outcome. */
export function entryHooks(context: Context, kind: Kind) {
  const { period } = kinds[kind];
  const cellOf = (row: Row) => ({
    indicatorId: Number(row.indicator_id),
    locationId: Number(row.location_id),
    campaignId: kind === 'campaign' ? Number(row.campaign_id) : null,
    dataDate: kind === 'date' ? String(row.data_date) : null,
  });
  const entryOf = (sent: Row, before: Row | null): Entry => {
    if (before !== null) checkCoordinates(before, sent);
    return {
      cell: cellOf({ ...before, ...sent }),
      value: sent.value as number | null | undefined,
      note: sent.note as string | null | undefined,
      confirmWarnings: sent.confirm_warnings === true,
      text: sent.as_text as string | null | undefined,
      isNew: before === null,
    };
  };
  return {
    given: async (sent: Row) => {
      const { value } = sent;
      // Of lists, which name their indicators so, it is a condition.
      if ('indicator__in' in sent || !isWords(value)) return sent;
      // What it means depends on the indicator, which a PATCH does not name; until it is known a number stands in.
      return { ...sent, value: 0, as_text: String(value).trim() };
    },
    lock: async (tx: Tx, { ids, rows }: Concerned) => {
      const named = rows.map((row) => row[period] as Period | undefined).filter((one) => one !== undefined);
      const found = ids.length === 0 ? [] : await periodsOfCells(tx, kind, ids as number[]);
      await lockPeriods(tx, kind, [...named, ...found]);
    },
    beforeWrite: async (sent: Row, { tx, access, before }: WriteContext & { before: Row | null }) => {
      const entry = entryOf(sent, before);
      const [refusal] = await enterValues(tx, access, [entry]);
      if (refusal !== undefined) throw refusal;
      await refreshEntered(context, tx, kind, [entry.cell]);
    },
    writeMany: async (
      rows: readonly { value: Row; before: Row | null }[],
      { tx, access }: Pick<WriteContext, 'tx' | 'access'>,
    ) => {
      const read = rows.map(({ value, before }) => refusalOr(() => entryOf(value, before)));
      const entries = read.flatMap((one) => (one instanceof AppError ? [] : [one]));
      const refusals = await enterValues(tx, access, entries);
      const cells = entries.flatMap(({ cell }, n) => (refusals[n] === undefined ? [cell] : []));
      if (cells.length > 0) await refreshEntered(context, tx, kind, cells);
      const ids = await idsOfCells(tx, kind, givenCells(kind, cells, periodsOf(cells)));
      let [entry, written] = [0, 0];
      return read.map((one) => (one instanceof AppError ? one : (refusals[entry++] ?? ids[written++])));
    },
    afterWrite: async (changes: readonly Change[], { tx, access }: Pick<WriteContext, 'tx' | 'access'>) => {
      const gone = changes.flatMap(({ before, after }) => (before !== null && after === null ? [before] : []));
      for (const before of gone) await withdrawEntry(tx, access, cellOf(before), before.id);
      if (gone.length > 0) await refreshEntered(context, tx, kind, gone.map(cellOf));
    },
  };
}

/**
 * `true`, `yes`, `25%`, the label of a category, a day: everything that is no number by itself; and `1.200`, which is 1200
 * where numbers are whole.
 */
const isWords = (value: unknown): boolean =>
  typeof value === 'boolean' ||
  (typeof value === 'string' && value.trim() !== '' && (Number.isNaN(Number(value)) || mayBeThousands.test(value)));
const mayBeThousands = /^\s*-?[1-9]\d{0,2}\.\d{3}\s*$/;

async function refreshEntered(context: Context, tx: Tx, kind: Kind, cells: readonly Cell[]): Promise<void> {
  const given = periodsOf(cells);
  await refreshCells(context, tx, kind, [...new Set(given)], { groups: inGroups(givenCells(kind, cells, given)) });
}

const periodsOf = (cells: readonly Cell[]): Period[] =>
  cells.map(({ campaignId, dataDate }) => (campaignId ?? dataDate)!);

function refusalOr<T>(work: () => T): T | AppError {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
