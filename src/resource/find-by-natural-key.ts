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
    const parsed = naturalKeyOf(model, group, values);
    if (parsed === undefined) continue;
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

/** The same for many objects: a statement a natural key, however many they are. */
export async function findByNaturalKeys(
  writer: Writer,
  objects: readonly Record<string, unknown>[],
): Promise<unknown[]> {
  const { model, access, tx } = writer;
  const found: unknown[] = objects.map(() => undefined);
  for (const group of model.uniqueGroups) {
    const asked = objects
      .map((values, index) => ({ index, key: naturalKeyOf(model, group, values) }))
      .filter(({ index, key }) => key !== undefined && found[index] === undefined);
    if (asked.length === 0) continue;
    const statement = newStatement();
    const fields = group.map((name) => model.fields.get(name)!);
    const given = fields.map((field, at) =>
      statement.bind(
        asked.map(({ key }) => key![at]),
        `${field.sqlType}[]`,
      ),
    );
    const same = fields.map((field, at) => `${field.sql('t')} = g.k${at}`);
    const names = fields.map((_, at) => `k${at}`);
    const visible = visibleRows(statement, model, model.declaration.permission.read, 't', access);
    const rows = await rowsOf<{ n: number; id: unknown }>(tx.client, {
      text: `select g.n::int as n, ${model.primaryKey.sql('t')} as id
        from unnest(${given.join(', ')}) with ordinality g (${names.join(', ')}, n)
        join ${tableOf(model)} t on ${same.join(' and ')} where ${visible}`,
      values: statement.values,
    });
    for (const { n, id } of rows) found[asked[n - 1]!.index] = id;
  }
  return found;
}

/** The values of a natural key as PostgreSQL takes them; undefined where it is not complete. */
export function naturalKeyOf(
  model: Model,
  group: readonly string[],
  values: Record<string, unknown>,
): unknown[] | undefined {
  const parsed = group.map((name) => parsedValue(model, name, values[name]));
  return parsed.includes(undefined) ? undefined : parsed;
}

function parsedValue(model: Model, name: string, value: unknown): unknown {
  const field = model.fields.get(name)!;
  if (value === undefined || value === null || value === '') return undefined;
  const parsed = fieldTypes[field.type].fromJson(value);
  return typeof parsed === 'string' && field.type === 'string' ? parsed.trim().replace(/\s+/g, ' ') : parsed;
}
