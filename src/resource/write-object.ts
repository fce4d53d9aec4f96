import { matchesTag } from '../platform/http/index.ts';
import { checkReferences, checkReferencesOfRows } from './check-references.ts';
import { forbidden, noObject, staleTag, tagNeeded } from './errors.ts';
import { inRow } from './in-row.ts';
import { checkValues, type WriteMode, type WriteValues } from './pure/check-values.ts';
import type { Model } from './pure/model.ts';
import { type ObjectRow, planObjects, withUri } from './pure/plan-object.ts';
import { planInsert, planInsertMany, planUpdate } from './pure/plan-write.ts';
import { objectTag } from './read-list.ts';
import { detailColumns } from './read-one.ts';
import { refusedWrite } from './refused-write.ts';
import { rowsOf } from './run-plan.ts';
import type { Writer } from './writer.ts';

export interface Written {
  id: unknown;
  /** The stored object, as a read would give it. */
  body: string;
  created: boolean;
}

export interface ObjectBody {
  values: Record<string, unknown>;
  /** Everything is text: form or CSV. */
  isText: boolean;
}

/** Creates an object; the answer is what is stored, read again in the same transaction. */
export async function createObject(writer: Writer, body: ObjectBody): Promise<Written> {
  const { model, access, tx } = writer;
  const right = model.declaration.permission.create ?? model.declaration.permission.write!;
  const values = checkValues(model, withoutId(model, body.values), 'create', body.isText);
  await model.declaration.hooks?.lock?.(tx, { ids: [], rows: [values] });
  await model.declaration.hooks?.beforeWrite?.(values, { tx, access, id: undefined, before: null });
  await checkReferences(writer, values, undefined);
  const [inserted] = await refusedWrite(model, values, () =>
    rowsOf<{ id: unknown }>(tx.client, planInsert(model, values)),
  );
  const after = await readForWrite(writer, inserted!.id, right, false);
  // A row its author may not have, or not even see, must not come into being.
  if (after === undefined || !after.may) throw forbidden();
  await finish(writer, 'create', undefined, after);
  return { id: after.id, body: withUri(model, after), created: true };
}

/**
 * Creates many objects in a few statements, however many they are. Undefined: a constraint refused one of them, which
 * one only doing it row by row can tell; nothing has been written then.
 */
export async function createObjects(writer: Writer, bodies: ObjectBody[]): Promise<Written[] | undefined> {
  const { model, access, tx } = writer;
  const right = model.declaration.permission.create ?? model.declaration.permission.write!;
  const rows = bodies.map((body, index) => {
    try {
      return checkValues(model, withoutId(model, body.values), 'create', body.isText);
    } catch (error) {
      throw inRow(error, index + 1);
    }
  });
  await model.declaration.hooks?.lock?.(tx, { ids: [], rows });
  for (const [index, values] of rows.entries()) {
    try {
      await model.declaration.hooks?.beforeWrite?.(values, { tx, access, id: undefined, before: null });
    } catch (error) {
      throw inRow(error, index + 1);
    }
  }
  await checkReferencesOfRows(writer, rows);
  await tx.client.query('savepoint rows');
  const inserted = await insertedRows(writer, rows);
  if (inserted === undefined) {
    await tx.client.query('rollback to savepoint rows');
    return undefined;
  }
  const columns = detailColumns(model, access);
  const plan = planObjects(model, inserted, access, { columns, right });
  const stored = new Map((await rowsOf<ObjectRow>(tx.client, plan)).map((row) => [row.id, row]));
  const written: Written[] = [];
  for (const [index, id] of inserted.entries()) {
    const after = stored.get(id);
    try {
      if (after === undefined || !after.may) throw forbidden();
      await finish(writer, 'create', undefined, after);
    } catch (error) {
      throw inRow(error, index + 1);
    }
    written.push({ id, body: withUri(model, after), created: true });
  }
  return written;
}

async function insertedRows({ model, tx }: Writer, rows: WriteValues[]): Promise<unknown[] | undefined> {
  // The protocol counts parameters in 16 bits.
  const rowsAtOnce = Math.max(1, Math.floor(60_000 / model.fields.size));
  const ids: unknown[] = [];
  try {
    for (let at = 0; at < rows.length; at += rowsAtOnce) {
      const plan = planInsertMany(model, rows.slice(at, at + rowsAtOnce));
      ids.push(...(await rowsOf<{ id: unknown }>(tx.client, plan)).map(({ id }) => id));
    }
    return ids;
  } catch (error) {
    // Class 23 is a broken constraint, 22 a value that does not fit.
    if (/^2[23]/.test((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}

/** Changes the sent fields of the locked current row, or all of them (`replace`). */
export async function updateObject(
  writer: Writer,
  id: unknown,
  body: ObjectBody,
  mode: Exclude<WriteMode, 'create'>,
  ifMatch?: string,
): Promise<Written> {
  const { model, access, tx } = writer;
  const right = model.declaration.permission.write!;
  await model.declaration.hooks?.lock?.(tx, { ids: [id], rows: [] });
  const before = await readForWrite(writer, id, right, true);
  if (before === undefined) throw noObject(model.name, id);
  if (!before.may) throw forbidden();
  checkTag(model, before, ifMatch);
  const values = checkValues(model, body.values, mode, body.isText);
  const { hooks } = model.declaration;
  if (hooks?.beforeWrite) await hooks.beforeWrite(values, { tx, access, id, before: JSON.parse(before.body) });
  await checkReferences(writer, values, before);
  if (Object.keys(values).length > 0) {
    await refusedWrite(model, values, () => rowsOf(tx.client, planUpdate(model, id, values)), before);
  }
  const after = await readForWrite(writer, id, right, false);
  if (after === undefined || !after.may) throw forbidden();
  await finish(writer, 'update', before, after);
  return { id: after.id, body: withUri(model, after), created: false };
}

/** The row as the caller sees it, and whether they hold the right. Undefined: not there, or not for them. */
export async function readForWrite(
  writer: Writer,
  id: unknown,
  right: string | null,
  lock: boolean,
): Promise<ObjectRow | undefined> {
  const { model, access, tx } = writer;
  const columns = detailColumns(model, access);
  const [row] = await rowsOf<ObjectRow>(tx.client, planObjects(model, [id], access, { columns, lock, right }));
  return row;
}

export function checkTag(model: Model, row: ObjectRow, ifMatch: string | undefined): void {
  if (ifMatch === undefined) {
    if (model.declaration.require_if_match) throw tagNeeded();
    return;
  }
  const tag = objectTag(withUri(model, row));
  if (!matchesTag(ifMatch, tag)) throw staleTag(tag);
}

/** Hooks and the audit trail: part of the write, and undone with it. */
export async function finish(
  writer: Writer,
  action: 'create' | 'update' | 'delete',
  before: ObjectRow | undefined,
  after: ObjectRow | undefined,
): Promise<void> {
  const { model, access, tx, resources } = writer;
  const id = (after ?? before)!.id;
  const { hooks } = model.declaration;
  if (hooks?.afterWrite) {
    const decoded = (row: ObjectRow | undefined) => (row ? JSON.parse(row.body) : null);
    await hooks.afterWrite(decoded(before), decoded(after), { tx, access, id });
  }
  await resources.deps.audit?.(tx, {
    resource: model.name,
    id: String(id),
    action,
    userId: access.userId,
    before: before?.body ?? null,
    after: after?.body ?? null,
  });
}

/** `id` −1, 0, empty or null means "a new one". */
export function withoutId(model: Model, values: Record<string, unknown>): Record<string, unknown> {
  const { name, type } = model.primaryKey;
  if (type === 'string' || !Object.hasOwn(values, name)) return values;
  const { [name]: _, ...rest } = values;
  return rest;
}
