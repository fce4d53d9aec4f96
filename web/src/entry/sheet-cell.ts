import type { Indicator } from '../api/indicators.ts';
import type { Cell, Period } from '../api/values.ts';

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

export const isComputed = ({ cell }: SheetCell): boolean => cell?.is_agg === true || cell?.is_calculated === true;
