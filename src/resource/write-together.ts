import { AppError } from '../platform/errors/index.ts';
import { conditionsOf, refuseUnlessNew } from './bulk-item.ts';
import type { Hooks } from './declaration.ts';
import { forbidden, noObject, staleTag } from './errors.ts';
import { findByNaturalKeys, naturalKeyOf } from './find-by-natural-key.ts';
import { checkValues, type WriteValues } from './pure/check-values.ts';
import { givenId } from './pure/given-id.ts';
import { type ObjectRow, planObjects, withUri } from './pure/plan-object.ts';
import { detailColumns, parseId } from './read-one.ts';
import { rowsOf } from './run-plan.ts';
import { storeRows } from './store-rows.ts';
import { checkTag, finish, type ObjectBody, type Written, withoutId } from './write-object.ts';
import type { Writer } from './writer.ts';

export type Method = 'POST' | 'PUT' | 'PATCH';

/**
 * A bulk request in sets: the number of statements does not depend on how many objects there are. Each is written, or
 * refused for itself; what is no refusal is thrown. Undefined, and nothing is written: an object is named twice, so that
 * the second must meet what the first left, or something is refused only when it is stored, and which one is not known.
 */
export async function writeTogether(
  writer: Writer,
  bodies: readonly ObjectBody[],
  method: Method,
): Promise<(Written | AppError)[] | undefined> {
  const { hooks } = writer.model.declaration;
  const items = bodies.map((given) => itemOf(writer, given));
  const { uniqueGroups } = writer.model;
  await hooks?.lock?.(writer.tx, {
    ids: items.map(({ id }) => id).filter((id) => id !== undefined),
    rows: items.flatMap(({ body }) => uniqueGroups.map((group) => keyed(writer, group, body.values))),
  });
  await nameByKey(writer, items, method);
  const stored = await rowsBy(
    writer,
    idsOf(items).filter((id) => id !== undefined),
    writer.model.declaration.permission.write!,
    true,
  );
  for (const item of items) item.before = stored.get(String(item.id));
  if (hasRepeated(writer, items)) return undefined;
  for (const item of items) attempt(item, () => checkItem(writer, item, method));
  const accepted = items.filter(({ refusal }) => refusal === undefined);
  if (hooks?.writeMany === undefined) return await storedOrNot(writer, items, accepted);
  if (accepted.length > 0) await writeMany(writer, hooks.writeMany, accepted);
  return await written(writer, items);
}

/** Class 23 is a broken constraint, 22 a value that does not fit. */
const isRefusal = (error: unknown) =>
  error instanceof AppError || /^2[23]/.test((error as { code?: string }).code ?? '');

async function storedOrNot(
  writer: Writer,
  items: readonly Item[],
  accepted: readonly Item[],
): Promise<(Written | AppError)[] | undefined> {
  const { client } = writer.tx;
  await client.query('savepoint together');
  try {
    const ids = await storeRows(
      writer,
      accepted.map(({ id, value, before }) => ({ id, value, before: decoded(before) })),
    );
    for (const [index, item] of accepted.entries()) item.id = ids[index];
    const outcomes = await written(writer, items);
    await client.query('release savepoint together');
    return outcomes;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query('rollback to savepoint together; release savepoint together');
    return undefined;
  }
}

const decoded = (row: ObjectRow | undefined) => (row === undefined ? null : JSON.parse(row.body));

interface Item {
  body: ObjectBody;
  tag: string | undefined;
  ifNone: boolean;
  /** Of the object it names, or in the end was written as. */
  id: unknown;
  before: ObjectRow | undefined;
  value: WriteValues;
  refusal: AppError | undefined;
}

function itemOf({ model }: Writer, given: ObjectBody): Item {
  const item: Item = { ...conditionsOf(given), id: undefined, before: undefined, value: {}, refusal: undefined };
  attempt(item, () => {
    const id = givenId(model, item.body.values);
    if (id !== undefined) item.id = parseId(model, id);
  });
  return item;
}

function attempt(item: Item, check: () => void): void {
  if (item.refusal !== undefined) return;
  try {
    check();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    item.refusal = error;
  }
}

/** The natural key's values of their types, or nothing. */
function keyed({ model }: Writer, group: readonly string[], values: Record<string, unknown>): Record<string, unknown> {
  const key = naturalKeyOf(model, group, values);
  return key === undefined ? {} : Object.fromEntries(group.map((name, at) => [name, key[at]]));
}

/** A POST without an id always means something new. */
async function nameByKey(writer: Writer, items: Item[], method: Method): Promise<void> {
  const unnamed = items.filter(({ id, refusal }) => id === undefined && refusal === undefined);
  if (method === 'POST' || unnamed.length === 0) return;
  const ids = await findByNaturalKeys(
    writer,
    unnamed.map(({ body }) => body.values),
  );
  for (const [index, item] of unnamed.entries()) item.id = ids[index];
}

async function rowsBy(
  { model, access, tx }: Writer,
  ids: unknown[],
  right: string,
  lock: boolean,
): Promise<Map<string, ObjectRow>> {
  if (ids.length === 0) return new Map();
  const columns = detailColumns(model, access);
  const rows = await rowsOf<ObjectRow>(tx.client, planObjects(model, ids, access, { columns, lock, right }));
  return new Map(rows.map((row) => [String(row.id), row]));
}

function hasRepeated({ model }: Writer, items: readonly Item[]): boolean {
  const ids = items.map(({ id }) => id).filter((id) => id !== undefined);
  if (new Set(ids.map(String)).size < ids.length) return true;
  return model.uniqueGroups.some((group) => {
    const keys = items
      .map(({ body, before }) => naturalKeyOf(model, group, before ? JSON.parse(before.body) : body.values))
      .filter((key) => key !== undefined);
    return new Set(keys.map((key) => JSON.stringify(key))).size < keys.length;
  });
}

/** What a single write would be refused for before it is stored, in the same order. */
function checkItem({ model }: Writer, item: Item, method: Method): void {
  const { body, tag, before } = item;
  if (item.id === undefined) {
    refuseUnlessNew(model, tag, method);
    item.value = checkValues(model, withoutId(model, body.values), 'create', body.isText);
    return;
  }
  if (item.ifNone) throw staleTag(undefined);
  if (before === undefined) throw noObject(model.name, item.id);
  if (!before.may) throw forbidden();
  checkTag(model, before, tag);
  item.value = checkValues(model, body.values, method === 'PUT' ? 'replace' : 'update', body.isText);
}

async function writeMany(
  { tx, access }: Writer,
  write: NonNullable<Hooks['writeMany']>,
  accepted: readonly Item[],
): Promise<void> {
  const outcomes = await write(
    accepted.map(({ value, before }) => ({ value, before: decoded(before) })),
    { tx, access },
  );
  for (const [index, item] of accepted.entries()) {
    const outcome = outcomes[index];
    if (outcome instanceof AppError) item.refusal = outcome;
    else item.id = outcome;
  }
}

/** Everything is read again when all of it is stored: an object may show what another one has done to it. */
async function written(writer: Writer, items: readonly Item[]): Promise<(Written | AppError)[]> {
  const { write, create } = writer.model.declaration.permission;
  const kept = items.filter(({ refusal }) => refusal === undefined);
  const [fresh, changed] = [kept.filter(({ before }) => before === undefined), kept.filter(({ before }) => before)];
  const stored = new Map([
    ...(await rowsBy(writer, idsOf(fresh), create ?? write!, false)),
    ...(await rowsBy(writer, idsOf(changed), write!, false)),
  ]);
  const outcomes = kept.map(({ id, before }) => ({ before, after: stored.get(String(id)) }));
  // A row its author may not have, or not even see, must not come into being.
  if (outcomes.some(({ after }) => after === undefined || !after.may)) throw forbidden();
  if (outcomes.length > 0) await finish(writer, outcomes);
  return items.map(({ id, before, refusal }) => {
    if (refusal !== undefined) return refusal;
    const after = stored.get(String(id))!;
    return { id: after.id, body: withUri(writer.model, after), created: before === undefined };
  });
}

const idsOf = (items: readonly Item[]) => items.map(({ id }) => id);
