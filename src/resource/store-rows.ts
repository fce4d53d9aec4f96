import { checkReferencesOfRows } from './check-references.ts';
import type { StoredRow } from './declaration.ts';
import { useDefault, type WriteValues } from './pure/check-values.ts';
import { planInsertMany, planUpdateMany } from './pure/plan-write.ts';
import { rowsOf } from './run-plan.ts';
import type { Writer } from './writer.ts';

export interface RowToStore {
  /** Of the object that is changed; undefined where it is new. */
  id: unknown;
  value: WriteValues;
  before: StoredRow | null;
}

/**
 * Stores rows in a few statements, however many they are, and answers their primary keys in order. Throws for the first
 * thing that is refused, by the hook, a reference or a constraint; which row that is about, only doing it row by row tells.
 */
export async function storeRows(writer: Writer, rows: readonly RowToStore[]): Promise<unknown[]> {
  const { model, access, tx } = writer;
  for (const { id, value, before } of rows) {
    await model.declaration.hooks?.beforeWrite?.(value, { tx, access, id, before });
  }
  await checkReferencesOfRows(
    writer,
    rows.map(({ value, before }) => changedOf(value, before)),
  );
  const created = await insertedRows(
    writer,
    rows.filter(({ id }) => id === undefined).map(({ value }) => value),
  );
  await updateRows(
    writer,
    rows.filter(({ id }) => id !== undefined),
  );
  let next = 0;
  return rows.map(({ id }) => id ?? created[next++]);
}

/** A reference that stays as it is may lead to what the caller does not see. */
const changedOf = (value: WriteValues, before: StoredRow | null): WriteValues =>
  before === null ? value : Object.fromEntries(Object.entries(value).filter(([name, one]) => one !== before[name]));

/** The protocol counts parameters in 16 bits. */
const rowsAtOnce = ({ model }: Writer) => Math.max(1, Math.floor(60_000 / (model.fields.size + 1)));

async function insertedRows(writer: Writer, rows: WriteValues[]): Promise<unknown[]> {
  const ids: unknown[] = [];
  for (let at = 0; at < rows.length; at += rowsAtOnce(writer)) {
    const plan = planInsertMany(writer.model, rows.slice(at, at + rowsAtOnce(writer)));
    ids.push(...(await rowsOf<{ id: unknown }>(writer.tx.client, plan)).map(({ id }) => id));
  }
  return ids;
}

async function updateRows(writer: Writer, rows: readonly RowToStore[]): Promise<void> {
  const alike = Map.groupBy(rows, ({ value }) =>
    JSON.stringify(Object.entries(value).map(([name, one]) => [name, one === useDefault])),
  );
  for (const group of alike.values()) {
    if (Object.keys(group[0]!.value).length === 0) continue;
    for (let at = 0; at < group.length; at += rowsAtOnce(writer)) {
      const some = group.slice(at, at + rowsAtOnce(writer)).map(({ id, value }) => ({ id, values: value }));
      await rowsOf(writer.tx.client, planUpdateMany(writer.model, some));
    }
  }
}
