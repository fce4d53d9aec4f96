/** Rows of uuids: what each move of a chart makes of them. Rows that are left empty go. */
export type Layout = string[][];

/** Made of the charts as they are when it is saved; the same rows again: there is nothing to change. */
export type Change = (rows: Layout) => Layout;
/** What is said of a chart that was taken off, and what puts it back. */
export interface Taken {
  said: string;
  putBack: Change;
}
/** `what` tells one change from another: the same twice at once is done once. */
export type Arrange = (what: string, change: Change, taken?: Taken) => void;

const tidy = (rows: Layout): Layout => rows.filter((row) => row.length > 0);
const at = (rows: Layout, uuid: string): number => rows.findIndex((row) => row.includes(uuid));

export const withChart = (rows: Layout, uuid: string): Layout => [...rows, [uuid]];
export const withoutChart = (rows: Layout, uuid: string): Layout =>
  tidy(rows.map((row) => row.filter((one) => one !== uuid)));

/** Where it was in `former`: beside what stood in its row, else below what stood above it. */
export function putBack(rows: Layout, uuid: string, former: Layout): Layout {
  if (at(rows, uuid) !== -1) return rows;
  const row = at(former, uuid);
  const own = former[row] ?? [];
  const beside = rows.findIndex((one) => one.length < 3 && one.some((other) => own.includes(other)));
  if (beside !== -1) {
    const left = own.slice(0, own.indexOf(uuid));
    const column = rows[beside]!.findLastIndex((one) => left.includes(one)) + 1;
    return rows.with(beside, rows[beside]!.toSpliced(column, 0, uuid));
  }
  const above = former.slice(0, row).flat();
  return rows.toSpliced(rows.findLastIndex((one) => one.some((other) => above.includes(other))) + 1, 0, [uuid]);
}

/** Before or after its neighbour, which may be in the row above or below. */
export function moved(rows: Layout, uuid: string, by: -1 | 1): Layout {
  const row = at(rows, uuid);
  const own = rows[row] ?? [];
  const column = own.indexOf(uuid);
  const neighbour = own[column + by];
  if (neighbour !== undefined) {
    const swapped = [...own];
    [swapped[column], swapped[column + by]] = [neighbour, uuid];
    return rows.map((one, index) => (index === row ? swapped : one));
  }
  const other = rows[row + by];
  if (own.length > 1 || other === undefined) return rows;
  const next = [...rows];
  [next[row], next[row + by]] = [other, own];
  return next;
}

/** Beside the last of the row above; three in a row at most. */
export function joined(rows: Layout, uuid: string): Layout {
  const row = at(rows, uuid);
  const above = rows[row - 1];
  if (above === undefined || above.length >= 3) return rows;
  return tidy(
    rows.map((one, index) =>
      index === row - 1 ? [...above, uuid] : index === row ? one.filter((other) => other !== uuid) : one,
    ),
  );
}

/** On a row of its own, below the one it was in. */
export function alone(rows: Layout, uuid: string): Layout {
  const row = at(rows, uuid);
  const own = rows[row];
  if (own === undefined || own.length < 2) return rows;
  return [...rows.slice(0, row), own.filter((one) => one !== uuid), [uuid], ...rows.slice(row + 1)];
}
