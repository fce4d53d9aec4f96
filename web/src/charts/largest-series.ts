import type { DrawnSeries } from './units.ts';

/** More lines than this are a tangle. */
const mostSeries = 30;

/** Of many series those with the largest values, as many of each unit as there is room for, in the order they came. */
export function largestSeries(series: readonly DrawnSeries[]): DrawnSeries[] {
  if (series.length <= mostSeries) return [...series];
  const rankOf = new Map<DrawnSeries, number>();
  for (const alike of Map.groupBy(series, ({ unit }) => unit).values()) {
    const sorted = alike.map((one) => ({ one, top: topOf(one) })).sort((a, b) => b.top - a.top);
    for (const [rank, { one }] of sorted.entries()) rankOf.set(one, rank);
  }
  const drawn = new Set([...series].sort((a, b) => rankOf.get(a)! - rankOf.get(b)!).slice(0, mostSeries));
  return series.filter((one) => drawn.has(one));
}

const topOf = ({ cells }: DrawnSeries): number =>
  cells.reduce((top, cell) => (typeof cell?.value === 'number' ? Math.max(top, Math.abs(cell.value)) : top), 0);
