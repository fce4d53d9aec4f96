import { fieldTypes } from './pure/field-types.ts';
import { type Model, tableOf } from './pure/model.ts';
import { newStatement, visibleRows } from './pure/statement.ts';
import { rowsOf } from './run-plan.ts';
import type { Writer } from './writer.ts';

/**
 * The key of the visible row with the same natural key, for upserts. Undefined: there is none, or no natural key is
 * complete.
 */
export async function findByNaturalKey(writer: Writer, values: Record<string, unknown>): Promise<unknown> {
  const { model, access, tx } = writer;
  for (const group of model.uniqueGroups) {
    const parsed = group.map((name) => parsedValue(model, name, values[name]));
    if (parsed.includes(undefined)) continue;
    const statement = newStatement();
    const same = group.map((name, index) => {
      const field = model.fields.get(name)!;
      return `${field.sql('t')} = ${statement.bind(parsed[index], field.sqlType)}`;
    });
    same.push(visibleRows(statement, model, model.declaration.permission.read, 't', access));
    const [row] = await rowsOf<{ id: unknown }>(tx.client, {
      text: `select ${model.primaryKey.sql('t')} as id from ${tableOf(model)} t where ${same.join(' and ')}`,
      values: statement.values,
    });
    if (row) return row.id;
  }
  return undefined;
}

function parsedValue(model: Model, name: string, value: unknown): unknown {
  const field = model.fields.get(name)!;
  if (value === undefined || value === null || value === '') return undefined;
  const parsed = fieldTypes[field.type].fromJson(value);
  return typeof parsed === 'string' && field.type === 'string' ? parsed.trim().replace(/\s+/g, ' ') : parsed;
}
