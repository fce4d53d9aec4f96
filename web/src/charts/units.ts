import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { unitOf as unitText } from '../ui/value-text.ts';
import type { Arranged } from './arrange.ts';

const dayUnit = 'day';
/** Days are neither long nor short: no line, bar, slice or shade shows them. */
export const isOfDays = (indicator: Indicator | undefined): boolean => unitOf(indicator) === dayUnit;

/** Values of one unit share an axis; a share drawn on the axis of counts would not be seen. */
function unitOf(indicator: Indicator | undefined): string {
  switch (indicator?.data_format) {
    case 'pct':
    case 'bool':
      return 'share';
    case 'class':
      return `category ${indicator.id}`;
    case 'date':
    case 'date_int':
      return dayUnit;
    default:
      return `number ${indicator?.unit ?? ''}`;
  }
}

export interface DrawnSeries {
  name: string;
  cells: (Cell | undefined)[];
  unit: string;
}

type IndicatorOf = (cell: Cell | undefined) => Indicator | undefined;

/** As arranged, but each of one unit: a series whose values have two is drawn as two of the same name, days not at all. */
export function seriesByUnit({ series }: Arranged, indicatorOf: IndicatorOf): DrawnSeries[] {
  return series.flatMap(({ name, cells }) => {
    const unitOfCell = (cell: Cell | undefined) => (cell === undefined ? undefined : unitOf(indicatorOf(cell)));
    const units = [...new Set(cells.map(unitOfCell))]
      .filter((unit) => unit !== undefined)
      .filter((unit) => unit !== dayUnit);
    return units.map((unit) => ({
      name,
      unit,
      cells: cells.map((cell) => (unitOfCell(cell) === unit ? cell : undefined)),
    }));
  });
}

export interface UnitAxis {
  unit: string;
  /** What it is of, told apart from other axes by it. */
  name: string;
  /** L, °C, USD: what its numbers are, '' where that needs no word. */
  measure: string;
  indicators: Indicator[];
}

/** The axes these series need, the first one on the left. */
export function axesOf(series: readonly DrawnSeries[], indicatorOf: IndicatorOf): UnitAxis[] {
  return [...Map.groupBy(series, ({ unit }) => unit)].map(([unit, of]) => {
    const found = new Map(
      of.flatMap(({ cells }) => cells.map((cell) => indicatorOf(cell))).map((one) => [one?.id, one]),
    );
    const indicators = [...found.values()].filter((one) => one !== undefined);
    const [first] = indicators;
    const measure = unitText(first);
    const name = first === undefined || indicators.length > 1 ? measure : first.name;
    return { unit, indicators, measure, name: measure === '' || name === measure ? name : `${name} (${measure})` };
  });
}

const brief = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });
const exact = new Intl.NumberFormat('en', { maximumSignificantDigits: 5 });
const share = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 4 });

/** Short, because labels of an axis stand close: 1.5M for a number, nothing between two categories. */
export function axisText(value: number, [indicator]: readonly Indicator[]): string {
  switch (indicator?.data_format) {
    case 'pct':
    case 'bool':
      return share.format(value);
    case 'class':
      return indicator.categories?.find((one) => one.value === value)?.label ?? '';
    default:
      return Math.abs(value) < 10_000 ? exact.format(value) : brief.format(value);
  }
}
