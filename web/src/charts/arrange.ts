import type { Axis } from '../api/charts.ts';
import type { Cell } from '../api/values.ts';

/** A value under each name it has: its period, its place, its indicator. */
export interface Named {
  cell: Cell;
  names: Record<Axis, string>;
}

export interface Arranged {
  /** Along the axis, in the order they come. */
  categories: string[];
  series: { name: string; cells: (Cell | undefined)[] }[];
}

const axes: Axis[] = ['indicator', 'place', 'period'];

/**
 * One thing along the axis, a series for each combination of the others. What is the same everywhere is in no name.
 */
export function arrange(rows: readonly Named[], axis: Axis): Arranged {
  const others = axes.filter((one) => one !== axis);
  const isTold = new Map(others.map((one) => [one, new Set(rows.map(({ names }) => names[one])).size > 1]));
  const told = others.filter((one) => isTold.get(one));
  const categories = [...new Set(rows.map(({ names }) => names[axis]))];
  const at = new Map(categories.map((name, index) => [name, index]));
  const series = new Map<string, (Cell | undefined)[]>();
  for (const { cell, names } of rows) {
    const name = (told.length > 0 ? told : [others[0]!]).map((one) => names[one]).join(' · ');
    const cells = series.get(name) ?? new Array<Cell | undefined>(categories.length).fill(undefined);
    cells[at.get(names[axis])!] = cell;
    series.set(name, cells);
  }
  return { categories, series: [...series].map(([name, cells]) => ({ name, cells })) };
}
