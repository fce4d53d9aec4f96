import { matchesTag } from '../platform/http/index.ts';
import { auditEntries } from './audit-entries.ts';
import { checkReferences } from './check-references.ts';
import { forbidden, noObject, staleTag, tagNeeded } from './errors.ts';
import { checkValues, type WriteMode } from './pure/check-values.ts';
import type { Model } from './pure/model.ts';
import { type ObjectRow, planObjects, withUri } from './pure/plan-object.ts';
import { planInsert, planUpdate } from './pure/plan-write.ts';
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
  await finish(writer, [{ before: undefined, after }]);
  return { id: after.id, body: withUri(model, after), created: true };
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
  await finish(writer, [{ before, after }]);
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

/** The rows of one object around a write; before undefined: it is new, after undefined: it has been deleted. */
export interface Outcome {
  before: ObjectRow | undefined;
  after: ObjectRow | undefined;
}

/** Hooks and the audit log of what was written together: part of the write, and undone with it. */
export async function finish({ model, access, tx, resources }: Writer, outcomes: readonly Outcome[]): Promise<void> {
  const decoded = (row: ObjectRow | undefined) => (row ? JSON.parse(row.body) : null);
  const changes = outcomes.map(({ before, after }) => ({
    id: (after ?? before)!.id,
    before: decoded(before),
    after: decoded(after),
  }));
  await model.declaration.hooks?.afterWrite?.(changes, { tx, access });
  await resources.deps.audit?.(tx, access, auditEntries(model, changes));
}

/** `id` −1, 0, empty or null means "a new one". */
export function withoutId(model: Model, values: Record<string, unknown>): Record<string, unknown> {
  const { name, type } = model.primaryKey;
  if (type === 'string' || !Object.hasOwn(values, name)) return values;
  const { [name]: _, ...rest } = values;
  return rest;
}
