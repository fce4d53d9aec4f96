import type { Tabular } from '../platform/tabular/index.ts';
import { castCells } from './processors/cast-cells.ts';
import type { BadCell } from './processors/step-context.ts';
import { StepProblem } from './processors/step-failure.ts';
import { StepWork } from './processors/step-work.ts';
import { ProductFailure } from './products/product-source.ts';
import { productField } from './products/pure/product-field.ts';
import { mergeFields } from './pure/merge-fields.ts';
import type { Field } from './pure/table-schema.ts';
import type { Relation } from './relation.ts';

interface LoadOnto {
  /** The table as it was; undefined: there was none. */
  before: Relation | undefined;
  arriving: Relation;
  mode: 'append' | 'upsert';
  /** Fields by which an upsert knows a row. */
  key: readonly string[];
  /** The types of what arrives were declared: earlier rows have to fit them. Else both widen. */
  declared: boolean;
  /** What becomes of an earlier cell that a declared type does not take. */
  badCell: BadCell;
  /** Name of the table made. */
  table: string;
  log(line: string): void;
}

/**
 * The table after an arrival (contract flows §1, `load`): the rows that were there, then the new ones. With `upsert` a row takes
 * the place of the one that has its key, the newest of several wins, and every row needs a key. Fields that one side lacks are
 * empty there: what earlier rows have is not lost because an arrival does not bring it.
 */
export async function loadOnto(tabular: Tabular, given: LoadOnto): Promise<Relation> {
  const { arriving, mode, key, table } = given;
  const merged = mergeFields(given.before?.fields ?? [], arriving.fields, given.declared);
  const unknown = key.find((name) => !merged.some((field) => field.name === name));
  if (mode === 'upsert' && unknown !== undefined)
    throw new ProductFailure('load', [`The key field "${unknown}" is not in "${arriving.resource}"`]);
  const fields = merged.map(productField);
  const before = given.before === undefined ? undefined : await readAgain(tabular, given, given.before, fields);
  const sides = [before, arriving].flatMap((side, i) => (side === undefined ? [] : [rowsOf(side, i, fields)]));
  await tabular.run(`create or replace table ${table}_both as
    select row_number() over (order by side, place) as n, * exclude (side, place) from (${sides.join(' union all ')})`);
  await tabular.run(`create or replace table ${table} as ${mode === 'append' ? appended(table) : await upserted()}`);
  const [row] = await tabular.rows(`select (select count(*) from ${table})::double as now,
    (select count(*) from ${arriving.table})::double as arrived, (select count(*) from ${table}_both)::double as both`);
  await tabular.run(`drop table ${table}_both`);
  const [now, arrived, both] = [Number(row!.now), Number(row!.arrived), Number(row!.both)];
  given.log(
    `${arriving.resource}: ${mode}: ${both - arrived} rows were there, ${arrived} arrived, ${now} are there now`,
  );
  return { ...arriving, table, fields };

  async function upserted(): Promise<string> {
    const at = key.map((name) => fields.findIndex((field) => field.name === name));
    const without = at.map((i) => `f${i + 1} is null`).join(' or ');
    const [count] = await tabular.rows(`select count(*)::double as n from ${table}_both where ${without}`);
    if (Number(count?.n ?? 0) > 0)
      throw new ProductFailure('load', [
        `${Number(count!.n)} row(s) of "${arriving.resource}" have no value in the key (${key.join(', ')})`,
      ]);
    const cells = fields.map((_, i) => `f${i + 1}`).join(', ');
    const same = at.map((i) => comparable(fields[i]!, `f${i + 1}`)).join(', ');
    return `select row_number() over (order by place) as _ord, _row, ${cells} from (
      select *, min(n) over w as place, max(n) over w as newest from ${table}_both window w as (partition by ${same}))
      where n = newest`;
  }
}

const appended = (table: string): string => `select n as _ord, * exclude (n) from ${table}_both`;

function rowsOf({ table, fields: own }: Relation, side: number, fields: readonly Field[]): string {
  const cells = fields.map(({ name, type }, i) => {
    const at = own.findIndex((field) => field.name === name);
    const f = `f${at + 1}`;
    if (at === -1) return `null::varchar as f${i + 1}`;
    return `${isDay(own[at]!.type, type) ? `${f} || ' 00:00:00'` : f} as f${i + 1}`;
  });
  const all = cells.join(', ') || 'null as f0';
  return `select ${side} as side, row_number() over (order by _ord) as place, _row, ${all} from ${table}`;
}

/** A date among times is its midnight. */
const isDay = (from: Field['type'], to: Field['type']): boolean => from === 'date' && to === 'datetime';

/** Numbers are one key however they are written. */
function comparable({ type }: Field, f: string): string {
  if (type === 'integer') return `coalesce(try_cast(${f} as hugeint)::varchar, ${f})`;
  return type === 'number' ? `coalesce(try_cast(${f} as decimal(38, 18))::varchar, ${f})` : f;
}

/** Earlier cells under another type than they had, where it is not simply wider. */
async function readAgain(
  tabular: Tabular,
  { badCell, log }: LoadOnto,
  before: Relation,
  fields: readonly Field[],
): Promise<Relation> {
  const targets = before.fields.flatMap(({ name, type }, index) => {
    const field = fields.find((one) => one.name === name)!;
    const isWider = field.type === 'string' || field.type === 'any' || (type === 'integer' && field.type === 'number');
    return field.type === type || isWider || isDay(type, field.type) ? [] : [{ index, field }];
  });
  const relations = new Map([[before.resource, before]]);
  const load = () => Promise.reject(new Error('nothing is loaded here'));
  const work = new StepWork({ tabular, package: {}, relations, load, log });
  try {
    return await castCells(work, before, targets, badCell);
  } catch (error) {
    if (!(error instanceof StepProblem)) throw error;
    throw new ProductFailure('load', ['Rows of the previous revision do not fit the schema', ...error.lines]);
  }
}
