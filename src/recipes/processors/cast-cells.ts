import { literal } from '../../platform/tabular/index.ts';
import { compileField } from '../pure/compile-field.ts';
import type { Field } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
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

/** Reads columns as other fields (flows contract §7.2) and gives the cells in the form of products. */
export async function castCells(
  work: StepWork,
  relation: Relation,
  targets: CastTarget[],
  badCell: BadCell = work.badCell,
): Promise<Relation> {
  if (targets.length === 0) return relation;
  const compiled = targets.map(({ index, field }) => ({ index, field, ...castSql(relation, index, field) }));
  const texts = compiled.map(({ index, text }) => `${text} as t${index + 1}`);
  const others = relation.fields.flatMap((_, i) => (compiled.some(({ index }) => index === i) ? [] : [column(i)]));
  const inner = `select ${['_ord', '_row', ...others, ...texts].join(', ')} from ${from(relation)}`;
  const counts = compiled.map(({ bad }, i) => `count(*) filter (where ${bad})::double as n${i}`);
  const [row] = await work.tabular.rows(`select ${counts.join(', ')} from (${inner})`);
  const wrong = compiled.filter((_, i) => Number(row![`n${i}`]) > 0);
  const count = compiled.reduce((sum, _, i) => sum + Number(row![`n${i}`]), 0);
  if (count > 0 && badCell === 'fail') throw new StepProblem(await linesOf(work, wrong, inner, count));
  for (const [i, { field }] of compiled.entries()) {
    const n = Number(row![`n${i}`]);
    if (n > 0)
      work.log(
        `${relation.resource}: ${n} value(s) of "${field.name}" are not of type "${field.type}": ${badCell === 'reject_row' ? 'their rows are left out' : 'made empty'}`,
      );
  }
  const cells = cellsOf(relation).map((cell, i) => {
    const target = compiled.find(({ index }) => index === i);
    return target ? { field: canonicalField(target.field), sql: target.value } : cell;
  });
  const kept = badCell === 'reject_row' && count > 0 ? ` where not (${wrong.map(({ bad }) => bad).join(' or ')})` : '';
  const columns = cells.map(({ sql }, i) => (sql === column(i) ? sql : `${sql} as ${column(i)}`));
  const table = await work.view(`select ${['_ord', '_row', ...columns].join(', ')} from (${inner})${kept}`, relation);
  return { ...relation, table, fields: cells.map(({ field }) => field) };
}

/** `text` over the relation, `bad` and `value` over that text as `t1` … */
function castSql(relation: Relation, index: number, field: Field): { text: string; bad: string; value: string } {
  const t = `t${index + 1}`;
  const schema = { ...relation.schema, fields: relation.fields };
  const source = { cell: column(index), emptyIsNull: false, padded: true, canonical: false };
  const physical = ['number', 'integer'].includes(field.type) ? 'VARCHAR' : undefined;
  const { text, lexical, value } = compileField(field, schema, source, { t, v: 'v' }, physical);
  return { text, bad: `(${t} is not null and not coalesce(${lexical}, false))`, value: canonicalText(field, t, value) };
}

/** The form of flows contract §6.2 of a typed value. */
function canonicalText(field: Field, t: string, value: string): string {
  switch (field.type) {
    case 'boolean':
      return `case when ${value} then 'True' when not ${value} then 'False' end`;
    case 'date':
    case 'time':
    case 'datetime':
      return `(${value})::varchar`;
    case 'object':
    case 'array':
    case 'geojson':
      return spacedJson(t);
    case 'geopoint':
      return geopoint(field, t);
    default:
      return value.startsWith('case') ? `(${value})::varchar` : value;
  }
}

/** JSON text with `", "` and `": "`, keys and numbers as they are. Blanks go first, then come back after each mark outside quotes. */
function spacedJson(t: string): string {
  const quoted = '"(?:[^"\\\\]|\\\\.)*"';
  const tight = `regexp_replace(trim(${t}, ' ' || chr(9) || chr(10) || chr(13)), ${literal(`(${quoted}|[^\\s"]+)\\s*`)}, '\\1', 'g')`;
  return `regexp_replace(${tight}, ${literal(`((?:${quoted}|[^,:"])*)([,:])`)}, '\\1\\2 ', 'g')`;
}

function geopoint(field: Field, t: string): string {
  if (field.format === 'object') {
    const json = `case when json_valid(${t}) then ${t} end`;
    return `(json_extract_string(${json}, '$.lon') || ', ' || json_extract_string(${json}, '$.lat'))`;
  }
  return `regexp_replace(trim(${t}, '[] '), '\\s*,\\s*', ', ')`;
}

async function linesOf(
  work: StepWork,
  wrong: { index: number; field: Field; bad: string }[],
  inner: string,
  count: number,
): Promise<string[]> {
  const each = wrong.map(
    ({ index, bad }) =>
      `select coalesce(_row, _ord) as n, ${index} as c, left(t${index + 1}, 200) as value from (${inner}) where ${bad}`,
  );
  const rows = await work.tabular.rows(
    `select n::varchar as n, c, value from (${each.join(' union all ')}) order by n::bigint, c limit ${maxNamed}`,
  );
  const lines = rows.map(({ n, c, value }) => {
    const { field } = wrong.find(({ index }) => index === Number(c))!;
    return `The value "${value}" in row ${n} and column ${Number(c) + 1} is not type "${field.type}" and format "${field.format ?? 'default'}"`;
  });
  return count > rows.length ? [...lines, `… and ${count - rows.length} more`] : lines;
}
