import type { Tabular } from '../../platform/tabular/index.ts';
import { judgeField } from '../judge-values.ts';
import { defaultLimits } from '../limits.ts';
import { compileField, type RefusedTexts } from '../pure/compile-field.ts';
import type { TableSchema } from '../pure/table-schema.ts';
import type { SourceTable } from './product-source.ts';

/** For each field the texts that fail a constraint SQL cannot decide. Throws schema_invalid, also for what takes too long. */
export async function judgeConstraints(
  tabular: Tabular,
  given: {
    schema: TableSchema;
    columns: readonly (number | undefined)[];
    source: SourceTable;
    table: string;
    signal?: AbortSignal | undefined;
  },
): Promise<(RefusedTexts | undefined)[]> {
  const { schema, columns, source, table, signal } = given;
  const refused: (RefusedTexts | undefined)[] = [];
  for (const [i, field] of schema.fields.entries()) {
    const column = columns[i];
    if (column === undefined) {
      refused.push(undefined);
      continue;
    }
    const cell = { cell: `c${column + 1}`, emptyIsNull: source.emptyIsNull, padded: true, canonical: false };
    const { text } = compileField(field, schema, cell, { t: 't', v: 'v' });
    refused.push(
      await judgeField({ tabular, limits: defaultLimits, signal }, field, {
        values: `select distinct ${text} as t from ${source.table}`,
        table: `${table}_refused_${i + 1}`,
        pointer: `/fields/${i}`,
      }),
    );
  }
  return refused;
}
