import type { Tabular } from '../../platform/tabular/index.ts';
import { compileField } from '../pure/compile-field.ts';
import { type Field, primaryKeyOf, type TableSchema } from '../pure/table-schema.ts';
import type { SourceTable } from './product-source.ts';
import { limitScale } from './pure/cast-sql.ts';

/** For each field the digits after the point that comparing its numbers needs; only columns that are compared are read. */
export async function scanScales(
  tabular: Tabular,
  schema: TableSchema,
  columns: readonly (number | undefined)[],
  source: Pick<SourceTable, 'table' | 'emptyIsNull'>,
): Promise<number[]> {
  const key = primaryKeyOf(schema);
  const wanted = schema.fields.flatMap((field, i) => {
    const column = columns[i];
    const isCompared = field.constraints !== undefined || field.categories !== undefined || key.includes(field.name);
    if (field.type !== 'number' || column === undefined || !isCompared) return [];
    const cell = { cell: `c${column + 1}`, emptyIsNull: source.emptyIsNull, padded: true, canonical: false };
    const { text } = compileField(field, schema, cell, { t: 't', v: 'v' });
    const { value } = compileField(field, schema, cell, { t: `(${text})`, v: 'v' }, 'VARCHAR');
    const fraction = `case when not regexp_matches(n${i}, '[eE]') then length(split_part(n${i}, '.', 2)) end`;
    return [{ i, number: `${value} as n${i}`, sum: `max(${fraction})::double as s${i}` }];
  });
  const scales = new Map<number, number>();
  if (wanted.length > 0) {
    const [row] = await tabular.rows(
      `select ${wanted.map(({ sum }) => sum).join(', ')} from (select ${wanted.map(({ number }) => number).join(', ')} from ${source.table})`,
    );
    for (const { i } of wanted) scales.set(i, Number(row?.[`s${i}`] ?? 0));
  }
  return schema.fields.map((field: Field, i) => Math.max(limitScale(field), scales.get(i) ?? 0));
}
