import type { Axis } from '../api/charts.ts';
import type { Cell } from '../api/values.ts';

/** A value with what it is of: its period, its place, its indicator. Two may be called the same, their keys differ. */
export interface Named {
  cell: Cell;
  keys: Record<Axis, string>;
  names: Record<Axis, string>;
}

interface Category {
  key: string;
  name: string;
}

interface Series extends Category {
  cells: (Cell | undefined)[];
}

export interface Arranged {
  /** Along the axis, in the order they come. */
  categories: Category[];
  series: Series[];
}

const axes: Axis[] = ['indicator', 'place', 'period'];

/**
 * One thing along the axis, a series for each combination of the others. What is the same everywhere is in no name.
 */
export function arrange(rows: readonly Named[], axis: Axis): Arranged {
  const others = axes.filter((one) => one !== axis);
  const told = others.filter((one) => new Set(rows.map(({ keys }) => keys[one])).size > 1);
  const of = told.length > 0 ? told : [others[0]!];
  const found = new Map(rows.map(({ keys, names }) => [keys[axis], names[axis]]));
  const categories = [...found].map(([key, name]) => ({ key, name }));
  const at = new Map(categories.map(({ key }, index) => [key, index]));
  const series = new Map<string, Series>();
  for (const { cell, keys, names } of rows) {
    const key = of.map((one) => keys[one]).join(' ');
    const one = series.get(key) ?? {
      key,
      name: of.map((other) => names[other]).join(' · '),
      cells: new Array<Cell | undefined>(categories.length).fill(undefined),
    };
    one.cells[at.get(keys[axis])!] = cell;
    series.set(key, one);
  }
  return { categories, series: [...series.values()] };
}
