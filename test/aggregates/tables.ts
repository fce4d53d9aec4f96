import type { Kind } from '../../src/aggregates/index.ts';
import {
  type Effective,
  type ReferenceIndicator,
  type ReferenceStored,
  referenceOf,
} from '../../src/aggregates/pure/reference.ts';
import type { World } from '../support/world.ts';

/** Every cell as text, ids and all it remembers included, but for the times of writing. */
export async function wholeTable(world: World, kind: Kind): Promise<string[]> {
  const table = kind === 'campaign' ? 'campaign_cell' : 'date_cell';
  const { rows } = await world.context.db.pool.query<{ row: string }>(
    `select (to_jsonb(t) - 'updated_at' - 'created_at')::text as row from ${table} t order by id`,
  );
  return rows.map((one) => one.row);
}

/** A cell with something to say, as both the table and the reference put it. */
export type Said = Omit<Effective, 'value' | 'computed'> & { value: string | null; computed: string | null };

export async function cellsOf(world: World, kind: Kind, period: number | string): Promise<Map<string, Said>> {
  const [table, column] = kind === 'campaign' ? ['campaign_cell', 'campaign_id'] : ['date_cell', 'data_date'];
  const { rows } = await world.context.db.pool.query<{
    indicator_id: number;
    location_id: number;
    value: string | null;
    computed: string | null;
    marks: number;
    branches_with_value: number;
    branches: number;
  }>(`select * from ${table} where ${column} = $1 and (value is not null or marks <> 0)`, [period]);
  return new Map(
    rows.map((row) => [
      `${row.indicator_id}:${row.location_id}`,
      {
        value: digits(row.value),
        computed: digits(row.computed),
        isStored: (row.marks & 1) > 0,
        isAgg: (row.marks & 2) > 0,
        isCalculated: (row.marks & 4) > 0,
        isPartial: (row.marks & 8) > 0,
        hasConflict: (row.marks & 16) > 0,
        conflictBelow: (row.marks & 32) > 0,
        missingPart: (row.marks & 64) > 0,
        divisionByZero: (row.marks & 128) > 0,
        outOfRange: (row.marks & 1024) > 0,
        branchesWithValue: row.branches_with_value,
        branches: row.branches,
      },
    ]),
  );
}

export function referenceCells(world: {
  places: { id: number; parentId: number | null }[];
  indicators: ReferenceIndicator[];
  stored: ReferenceStored[];
}): Map<string, Said> {
  const reference = referenceOf(world);
  const cells = world.indicators.flatMap((indicator) =>
    world.places.map((place) => [`${indicator.id}:${place.id}`, reference.at(indicator.id, place.id)] as const),
  );
  return new Map(
    cells
      .filter(([, cell]) => cell.value !== null || cell.divisionByZero || cell.outOfRange)
      .map(([key, cell]) => [key, { ...cell, value: digits(cell.value), computed: digits(cell.computed) }]),
  );
}

/** Decimals here, doubles there: equal as far as doubles carry. */
function digits(value: string | number | null): string | null {
  return value === null ? null : Number(value).toPrecision(10);
}
