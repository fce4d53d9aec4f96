import { canonicalText } from '../pure/canonical-text.ts';
import { compileField } from '../pure/compile-field.ts';
import type { Field } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { refuseDigits, scanNumbers } from './numbers.ts';
import { re2Problem } from './select-resources.ts';
import type { BadCell } from './step-context.ts';
import { StepProblem } from './step-failure.ts';
import { cellsOf, column, from, type StepWork } from './step-work.ts';

/** A column to be read as a field: given as text by the user's format, or already in the form of products. */
export interface CastTarget {
  index: number;
  field: Field;
}

/** Bad cells are named in lines up to this many; more are only counted. */
const maxNamed = 1000;

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

interface Fault {
  /** Over the text as `t1` …. */
  bad: string;
  line(value: string, row: string, column: number): string;
}

interface Compiled {
  index: number;
  field: Field;
  /** Over the relation. */
  text: string;
  /** Over the text. */
  value: string;
  faults: Fault[];
}

/**
 * Reads columns as other fields (flows contract §7.2) and gives the cells in the form of products. With `constraints` the
 * constraints of each value are checked as well.
 */
export async function castCells(
  work: StepWork,
  relation: Relation,
  targets: CastTarget[],
  badCell: BadCell = work.badCell,
  constraints = false,
): Promise<Relation> {
  if (targets.length === 0) return relation;
  const compiled: Compiled[] = [];
  for (const target of targets) compiled.push(await compile(work, relation, target, constraints));
  const texts = compiled.map(({ index, text }) => `${text} as t${index + 1}`);
  const others = relation.fields.flatMap((_, i) => (compiled.some(({ index }) => index === i) ? [] : [column(i)]));
  const inner = `select ${['_ord', '_row', ...others, ...texts].join(', ')} from ${from(relation)}`;
  const bads = compiled.map(({ faults }) => faults.map(({ bad }) => bad).join(' or '));
  const counts = bads.map((bad, i) => `count(*) filter (where ${bad})::double as n${i}`);
  const [row] = await work.tabular.rows(`select ${counts.join(', ')} from (${inner})`);
  const wrong = compiled.filter((_, i) => Number(row![`n${i}`]) > 0);
  if (wrong.length > 0 && badCell === 'fail') throw new StepProblem(await linesOf(work, wrong, inner));
  for (const [i, { field }] of compiled.entries()) {
    const outcome = badCell === 'reject_row' ? 'their rows are left out' : 'made empty';
    const n = Number(row![`n${i}`]);
    if (n > 0)
      work.log(`${relation.resource}: ${n} value(s) of "${field.name}" are not of type "${field.type}": ${outcome}`);
  }
  const cells = cellsOf(relation).map((cell, i) => {
    const at = compiled.findIndex(({ index }) => index === i);
    if (at < 0) return cell;
    const { field, value } = compiled[at]!;
    const nulled =
      badCell === 'null_value' && constraints ? `case when ${bads[at]} then null else ${value} end` : value;
    return { field: canonicalField(field), sql: nulled };
  });
  const columns = cells.map(({ sql }, i) => (sql === column(i) ? sql : `${sql} as ${column(i)}`));
  const kept = wrong.length > 0 && badCell === 'reject_row' ? ` where not (${bads.join(' or ')})` : '';
  const table = await work.view(`select ${['_ord', '_row', ...columns].join(', ')} from (${inner})${kept}`, relation);
  return { ...relation, table, fields: cells.map(({ field }) => field) };
}

async function compile(
  work: StepWork,
  relation: Relation,
  { index, field }: CastTarget,
  constraints: boolean,
): Promise<Compiled> {
  const t = `t${index + 1}`;
  const schema = { ...relation.schema, fields: relation.fields };
  const source = { cell: column(index), emptyIsNull: false, padded: true, canonical: false };
  const numeric = ['number', 'integer'].includes(field.type);
  const one = compileField(field, schema, source, { t, v: 'v' }, numeric ? 'VARCHAR' : undefined);
  const type: Fault = {
    bad: `(${t} is not null and not coalesce(${one.lexical}, false))`,
    line: (value, row, number) =>
      `The value "${value}" in row ${row} and column ${number} is not type "${field.type}" and format "${field.format ?? 'default'}"`,
  };
  const faults = constraints ? [type, ...(await constraintFaults(work, relation, index, field))] : [type];
  return { index, field, text: one.text, value: canonicalText(field, t, one.value), faults };
}

async function constraintFaults(work: StepWork, relation: Relation, index: number, field: Field): Promise<Fault[]> {
  const { pattern, required } = field.constraints ?? {};
  const problem = pattern === undefined ? undefined : re2Problem(pattern);
  if (problem !== undefined) throw new StepProblem(`Field "${field.name}": ${problem}`);
  const t = `t${index + 1}`;
  const schema = { ...relation.schema, fields: relation.fields };
  const source = { cell: column(index), emptyIsNull: false, padded: true, canonical: false };
  let physical: string | undefined;
  if (['number', 'integer'].includes(field.type) && Object.keys(field.constraints ?? {}).length > 0) {
    const [numbers] = await scanNumbers(work, relation, [index]);
    refuseDigits(numbers!.whole + numbers!.scale, field.name);
    physical = `DECIMAL(38,${numbers!.scale})`;
  }
  const typed = compileField(field, schema, source, { t, v: '(v)' }, physical);
  const checks = compileField(field, schema, source, { t, v: `(${typed.value})` }, physical).checks;
  const faults = checks.map(({ code, violated, expected }): Fault => {
    const named = code.replace('-constraint', '').replaceAll('-', ' ');
    const how =
      code === 'enumerable-constraint' ? `given enumeration: "${expected}"` : `${named} constraint of "${expected}"`;
    return {
      bad: `coalesce(${violated}, false)`,
      line: (value, row, number) =>
        `The value "${value}" in row ${row} and column ${number} does not conform to the ${how}`,
    };
  });
  if (required)
    faults.push({
      bad: `(${t} is null)`,
      line: (_, row, number) => `Column ${number} is a required field, but row ${row} has no value`,
    });
  return faults;
}

async function linesOf(work: StepWork, wrong: Compiled[], inner: string): Promise<string[]> {
  const each = wrong.flatMap(({ index, faults }, i) =>
    faults.map(
      ({ bad }, j) =>
        `select coalesce(_row, _ord) as n, ${index} as c, ${i} as i, ${j} as j, left(t${index + 1}, 200) as value from (${inner}) where ${bad}`,
    ),
  );
  const rows = await work.tabular.rows(
    `select n::varchar as shown, i, j, value, count(*) over ()::double as total from (${each.join(' union all ')}) order by n, c, j limit ${maxNamed}`,
  );
  const lines = rows.map(({ shown, i, j, value }) => {
    const { index, faults } = wrong[Number(i)]!;
    return faults[Number(j)]!.line(String(value ?? ''), String(shown), index + 1);
  });
  const total = Number(rows[0]?.total ?? 0);
  return total > rows.length ? [...lines, `… and ${total - rows.length} more`] : lines;
}
