import type { Tabular } from '../../platform/tabular/index.ts';
import { compileField } from '../pure/compile-field.ts';
import type { Field, TableSchema } from '../pure/table-schema.ts';
import type { ProductIssue, SourceTable } from './product-source.ts';

const dates = ['default', '%Y/%m/%d', '%d.%m.%Y', '%d %B %Y', '%B %d, %Y', '%d-%b-%Y', '%d/%m/%Y', '%m/%d/%Y'];
const formats: Partial<Record<Field['type'], string[]>> = {
  date: dates,
  datetime: ['default', ...dates.slice(1).map((date) => `${date} %H:%M:%S`)],
  time: ['default', '%H:%M', '%I:%M %p', '%I:%M:%S %p'],
};

const isAny = (field: Field): boolean => field.format === 'any' && formats[field.type] !== undefined;

/**
 * Each `format: any` becomes the one pattern of the fixed list that fits the whole column (flows contract §7.2). Two that fit with
 * different results are a problem; where none fits it is that which fits most, so that the others are named as bad cells.
 */
export async function settleAnyFormats(
  tabular: Tabular,
  schema: TableSchema,
  columns: readonly (number | undefined)[],
  source: SourceTable,
): Promise<{ schema: TableSchema; problems: ProductIssue[] }> {
  const problems: ProductIssue[] = [];
  const fields: Field[] = [];
  for (const [i, field] of schema.fields.entries()) {
    const column = columns[i];
    if (!isAny(field) || column === undefined) {
      fields.push(field);
      continue;
    }
    const cell = { cell: `c${column + 1}`, emptyIsNull: source.emptyIsNull, padded: true, canonical: false };
    const { format: _, ...plain } = field;
    const { text } = compileField(plain, schema, cell, { t: 't', v: 'v' });
    const settled = await settle(tabular, field, `(select ${text} as t from ${source.table})`);
    fields.push(settled.field);
    if (settled.problem !== undefined)
      problems.push({
        row_number: null,
        column_number: column + 1,
        field: field.name,
        code: 'schema-error',
        message: `Table Schema error: ${settled.problem}`,
        value: null,
        row: null,
      });
  }
  return { schema: { ...schema, fields }, problems };
}

async function settle(tabular: Tabular, field: Field, typed: string): Promise<{ field: Field; problem?: string }> {
  const source = { cell: undefined, emptyIsNull: false, padded: true, canonical: false };
  const tried = formats[field.type]!.map((format) => {
    const { format: _, ...plain } = field;
    const settled: Field = format === 'default' ? plain : { ...field, format };
    return { settled, format, ...compileField(settled, { fields: [] }, source, { t: 't', v: 'v' }) };
  });
  const counts = tried.map(({ lexical }, i) => `count(*) filter (where coalesce(${lexical}, false))::double as n${i}`);
  const [row] = await tabular.rows(`select count(t)::double as n, ${counts.join(', ')} from ${typed}`);
  const fits = tried.map((_, i) => Number(row![`n${i}`]));
  const fitting = tried.filter((_, i) => fits[i]! > 0 && fits[i] === Number(row!.n));
  for (const other of fitting.slice(1)) {
    const [differing] = await tabular.rows(
      `select t from ${typed} where (${fitting[0]!.value}) is distinct from (${other.value}) limit 1`,
    );
    if (differing !== undefined)
      return {
        field: fitting[0]!.settled,
        problem: `the values of "${field.name}" fit both ${fitting[0]!.format} and ${other.format}, with different results, such as "${differing.t}"`,
      };
  }
  return { field: (fitting[0] ?? tried[fits.indexOf(Math.max(...fits))]!).settled };
}
