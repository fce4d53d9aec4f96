import { AppError } from '../../platform/errors/index.ts';
import { judgeField } from '../judge-values.ts';
import { defaultLimits } from '../limits.ts';
import { type CastField, castField } from '../products/pure/cast-sql.ts';
import { scanScales } from '../products/scan-scales.ts';
import type { Field } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import type { BadCell } from './step-context.ts';
import { StepProblem } from './step-failure.ts';
import type { Fate } from './step-issues.ts';
import { cellsOf, column, from, type StepWork } from './step-work.ts';

/** A column to be read as a field: given as text by the user's format, or already in the form of products. */
export interface CastTarget {
  index: number;
  field: Field;
}

/** Bad cells are named in lines up to this many; more are only counted. */
const maxNamed = 1000;

export const fates = {
  fail: 'fatal',
  reject_row: 'row_rejected',
  null_value: 'value_nulled',
} as const satisfies Record<BadCell, Fate>;

/**
 * The field as the cells of a relation stand: dates by the default format, numbers with a point and without group characters,
 * booleans as `True` and `False`.
 */
export function canonicalField(field: Field): Field {
  const { format, decimalChar, groupChar, bareNumber, trueValues, falseValues, ...rest } = field;
  switch (field.type) {
    case 'date':
    case 'datetime':
    case 'time':
    case 'geopoint':
    case 'number':
    case 'integer':
    case 'year':
    case 'yearmonth':
      return rest;
    case 'boolean':
      return { ...rest, trueValues: ['True'], falseValues: ['False'] };
    default:
      return format === undefined ? rest : { ...rest, format };
  }
}

/**
 * Reads columns as other fields (flows contract §7.2) and gives the cells in the form of products. With `constraints` the
 * constraints of each value are checked as well. What does not fit is a finding of the step.
 */
export async function castCells(
  work: StepWork,
  relation: Relation,
  targets: CastTarget[],
  badCell: BadCell = work.badCell,
  constraints = false,
): Promise<Relation> {
  if (targets.length === 0) return relation;
  const read = await readCells(work, relation, targets, constraints);
  const { fields, rows } = read;
  const bads = fields.map(({ checks }) => checks.map(({ violated }) => `coalesce(${violated}, false)`).join(' or '));
  const counts = bads.map((bad, i) => `count(*) filter (where ${bad})::double as n${i}`);
  const [row] = await work.tabular.rows(`select ${counts.join(', ')} from ${rows}`);
  const wrong = fields.filter((_, i) => Number(row![`n${i}`]) > 0);
  await listBadCells(work, { ...read, fields: wrong }, fates[badCell]);
  if (wrong.length > 0 && badCell === 'fail') throw new StepProblem(await fatalLines(work));
  for (const [i, { field }] of fields.entries()) {
    const outcome = badCell === 'reject_row' ? 'their rows are left out' : 'made empty';
    const n = Number(row![`n${i}`]);
    if (n > 0)
      work.log(`${relation.resource}: ${n} value(s) of "${field.name}" are not of type "${field.type}": ${outcome}`);
  }
  // What is only checked stays as it is.
  if (constraints && wrong.length === 0) return relation;
  const cells = cellsOf(relation).map((cell, i) => {
    const at = targets.findIndex(({ index }) => index === i);
    if (at < 0) return cell;
    const { field, canonical } = fields[at]!;
    if (!constraints) return { field: canonicalField(field), sql: canonical };
    const isNulled = badCell === 'null_value' && wrong.includes(fields[at]!);
    return isNulled ? { field: cell.field, sql: `case when not (${bads[at]}) then ${cell.sql} end` } : cell;
  });
  const columns = cells.map(({ sql }, i) => (sql === column(i) ? sql : `${sql} as ${column(i)}`));
  const isRejecting = wrong.length > 0 && badCell === 'reject_row';
  if (isRejecting) {
    const [out] = await work.tabular.rows(`select count(*)::double as n from ${rows} where ${bads.join(' or ')}`);
    (await work.issues()).reject(Number(out!.n));
  }
  const kept = isRejecting ? ` where not (${bads.join(' or ')})` : '';
  const table = await work.view(
    `select ${['_ord', '_at as _row', ...columns].join(', ')} from ${rows}${kept}`,
    relation,
  );
  return { ...relation, table, fields: cells.map(({ field }) => field) };
}

export interface ReadCells {
  fields: CastField[];
  /** SQL of the rows. */
  rows: string;
  /** SQL of a row's cells as a JSON list. */
  raw: string;
}

/**
 * SQL of a relation's rows with the targets as `t1` …, their typed values as `v1` … where constraints are looked at, and the other cells
 * as they are. `_row` is what a row is called, `_at` its row in the file, null once rows are merged.
 */
export async function readCells(
  work: StepWork,
  relation: Relation,
  targets: readonly CastTarget[],
  constraints: boolean,
): Promise<ReadCells> {
  const named = relation.fields.map((field, i) => targets.find(({ index }) => index === i)?.field ?? field);
  const schema = { ...relation.schema, fields: named };
  const copies = targets.map(({ index }) => `${column(index)} as c${index + 1}`);
  const source = `(select *, ${copies.join(', ')} from ${from(relation)})`;
  const asSource = { table: source, emptyIsNull: false };
  const columns = named.map((_, i) => (targets.some(({ index }) => index === i) ? i : undefined));
  const scales = constraints ? await scanScales(work.tabular, schema, columns, asSource) : [];
  const fields: CastField[] = [];
  for (const { index, field } of targets) {
    const plain = castField(schema, index, index, asSource);
    if (!constraints) {
      fields.push({ ...plain, checks: plain.checks.slice(0, 1) });
      continue;
    }
    const refused = await judged(work, field, `select distinct ${plain.text} as t from ${source}`);
    fields.push(castField(schema, index, index, { ...asSource, refused, scale: scales[index]! }));
  }
  const cells = relation.fields.map((_, i) => (columns[i] === undefined ? column(i) : `t${i + 1}`));
  const texts = fields.map(({ text, n }) => `${text} as t${n}`);
  const at = work.isOther(relation) ? 'null::bigint' : '_row';
  const names = [
    '_ord',
    'coalesce(_row, _ord) as _row',
    `${at} as _at`,
    ...relation.fields.map((_, i) => column(i)),
    ...texts,
  ];
  const inner = `select ${names.join(', ')} from ${source}`;
  const values = constraints ? fields.map(({ value, n }) => `, ${value} as v${n}`).join('') : '';
  const raw = `to_json([${cells.map((cell) => `coalesce(${cell}, '')`).join(', ')}])::varchar`;
  return { fields, rows: `(select *${values} from (${inner}))`, raw };
}

async function judged(work: StepWork, field: Field, values: string) {
  const { signal } = work.context;
  try {
    const judging = { tabular: work.tabular, limits: defaultLimits, ...(signal === undefined ? {} : { signal }) };
    return await judgeField(judging, field, { values, table: work.name(), pointer: '' });
  } catch (error) {
    if (error instanceof AppError && error.status < 500) throw new StepProblem(error.message, { cause: error });
    throw error;
  }
}

async function listBadCells(work: StepWork, { fields, rows, raw }: ReadCells, fate: Fate): Promise<void> {
  for (const { field, n, checks } of fields)
    for (const { code, violated, message } of checks) {
      const finding = { code, field: field.name, fate, rows, column: n, message, value: `t${n}`, raw };
      await (await work.issues()).add({ ...finding, where: `coalesce(${violated}, false)` });
    }
}

/** What the step in hand has found and may not be, in the order of rows. */
export async function fatalLines(work: StepWork): Promise<string[]> {
  const { table, step, fatal } = await work.issues();
  const rows = await work.tabular.rows(`select message from ${table}
    where step_index = ${step.index} and disposition = 'fatal' order by place, column_number limit ${maxNamed}`);
  const lines = rows.map(({ message }) => String(message));
  return fatal > lines.length ? [...lines, `… and ${fatal - lines.length} more`] : lines;
}
