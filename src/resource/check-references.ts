import { noSuchReference } from './errors.ts';
import { useDefault, type WriteValues } from './pure/check-values.ts';
import { tableOf } from './pure/model.ts';
import type { ObjectRow } from './pure/plan-object.ts';
import { newStatement, visibleRows } from './pure/statement.ts';
import { rowsOf } from './run-plan.ts';
import type { Writer } from './writer.ts';

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
