import type { ChartType } from '../api/charts.ts';

interface Amounts {
  categories: number;
  series: number;
  units: number;
  /** Their names follow each other: some of them are enough. */
  isOfPeriods: boolean;
}

export interface Layout {
  /** Bars, and columns that have no room for their names side by side. */
  isLying: boolean;
  /** Each unit in a picture of its own, below each other: on a phone axes side by side leave no room for lines. */
  isSplit: boolean;
  height: number;
}

/** What number axes take of the width. */
const numbersRoom = 80;
/** Names stand askew in this; in less they cannot be read. */
export const leastRoom = 16;
const narrow = 480;

export const roomOf = (width: number, categories: number): number => (width - numbersRoom) / Math.max(categories, 1);

/** How values are drawn in so much width, in CSS pixels. */
export function layOut(type: ChartType, { categories, series, units, isOfPeriods }: Amounts, width: number): Layout {
  const isLying =
    type === 'bar' || (type !== 'line' && !isOfPeriods && width > 0 && roomOf(width, categories) < leastRoom);
  const isSplit = !isLying && units > 1 && width > 0 && width < narrow;
  if (isSplit) return { isLying, isSplit, height: 110 + units * 120 };
  if (!isLying) return { isLying, isSplit, height: 300 };
  const beside = type === 'stacked_column' ? 1 : Math.min(series, 3);
  // Of a hundred each has its name; of more only some would be read anyway.
  const most = Math.max(700, Math.min(categories, 100) * 16);
  return { isLying, isSplit, height: Math.min(Math.max(260, categories * 26 * beside), most) };
}
