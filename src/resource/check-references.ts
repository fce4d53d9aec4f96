import { noSuchReference } from './errors.ts';
import { inRow } from './in-row.ts';
import { useDefault, type WriteValues } from './pure/check-values.ts';
import { tableOf } from './pure/model.ts';
import type { ObjectRow } from './pure/plan-object.ts';
import { newStatement, visibleRows } from './pure/statement.ts';
import { rowsOf } from './run-plan.ts';
import type { Writer } from './writer.ts';

/** The same for many rows: one statement per foreign key. */
export async function checkReferencesOfRows(
  { model, access, tx }: Pick<Writer, 'model' | 'access' | 'tx'>,
  rows: WriteValues[],
): Promise<void> {
  for (const { foreignKey, target } of model.relations.values()) {
    const wanted = rows.map((row) => row[foreignKey.name]);
    const given = [...new Set(wanted)].filter((value) => value !== undefined && value !== null && value !== useDefault);
    if (given.length === 0) continue;
    const statement = newStatement();
    const key = `${target.primaryKey.sql('r')} = any(${statement.bind(given, `${target.primaryKey.sqlType}[]`)})`;
    const visible = visibleRows(statement, target, target.declaration.permission.read, 'r', access);
    const found = await rowsOf<{ id: unknown }>(tx.client, {
      text: `select ${target.primaryKey.sql('r')} as id from ${tableOf(target)} r where ${key} and ${visible}`,
      values: statement.values,
    });
    const ids = new Set(found.map(({ id }) => id));
    const lacking = new Set(given.filter((value) => !ids.has(value)));
    const missing = wanted.findIndex((value) => lacking.has(value));
    if (missing !== -1) throw inRow(noSuchReference(foreignKey.name, wanted[missing]), missing + 1);
  }
}

/**
 * Every reference about to be written must lead to a row the caller may see; what they may not see answers like what
 * is not there. One statement for all of them.
 */
export async function checkReferences(
  writer: Pick<Writer, 'model' | 'access' | 'tx'>,
  values: WriteValues,
  before: ObjectRow | undefined,
): Promise<void> {
  const current = before === undefined ? {} : (JSON.parse(before.body) as Record<string, unknown>);
  const references = [...writer.model.relations.values()].filter(({ foreignKey }) => {
    const value = values[foreignKey.name];
    return value !== undefined && value !== null && value !== useDefault && value !== current[foreignKey.name];
  });
  if (references.length === 0) return;
  const statement = newStatement();
  const parts = references.map(({ foreignKey, target }) => {
    const key = `${target.primaryKey.sql('r')} = ${statement.bind(values[foreignKey.name], target.primaryKey.sqlType)}`;
    const visible = visibleRows(statement, target, target.declaration.permission.read, 'r', writer.access);
    return `exists (select 1 from ${tableOf(target)} r where ${key} and ${visible})`;
  });
  const [row] = await rowsOf<{ found: boolean[] }>(writer.tx.client, {
    text: `select array[${parts.join(', ')}] as found`,
    values: statement.values,
  });
  const missing = references.find((_, index) => !row!.found[index]);
  if (missing) throw noSuchReference(missing.foreignKey.name, values[missing.foreignKey.name]);
}
