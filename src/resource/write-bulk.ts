import { AppError } from '../platform/errors/index.ts';
import { conditionsOf, refuseUnlessNew } from './bulk-item.ts';
import { staleTag } from './errors.ts';
import { findByNaturalKey } from './find-by-natural-key.ts';
import type { Answer } from './idempotency.ts';
import { inRow } from './in-row.ts';
import { givenId } from './pure/given-id.ts';
import type { Body } from './pure/read-body.ts';
import { objectTag } from './read-list.ts';
import { parseId } from './read-one.ts';
import { createObject, createObjects, type ObjectBody, updateObject, type Written } from './write-object.ts';
import { type Method, writeTogether } from './write-together.ts';
import type { Writer } from './writer.ts';

export interface BulkOptions {
  /** Each row for itself: 207 with a result per row, in input order. Otherwise all or nothing. */
  lenient: boolean;
  /** Leave the objects out of the answer. */
  minimal: boolean;
  /** Where each row is for itself: what is stored now, with its tag, in each result. */
  representation: boolean;
}

type ManyBody = Extract<Body, { many: unknown }>;

/** POST creates (or changes, by key), PATCH changes by key, PUT creates or changes by key or natural key. */
export async function writeBulk(
  writer: Writer,
  { many, isText }: ManyBody,
  method: Method,
  options: BulkOptions,
): Promise<Answer> {
  const bodies = many.map((values) => ({ values, isText }));
  if (options.lenient) {
    const outcomes = (await writeTogether(writer, bodies, method)) ?? (await writtenOrRefused(writer, bodies, method));
    const results = outcomes.map((outcome) => resultOf(outcome, method, options.representation));
    return { status: 207, headers: {}, body: `{"results":[${results.join(',')}]}` };
  }
  const written =
    (await writtenTogether(writer, bodies, method)) ??
    (await createdTogether(writer, bodies, method)) ??
    (await writtenOneByOne(writer, bodies, method));
  const objects = options.minimal ? '' : written.map((item) => item.body).join(',');
  const created = written.filter((item) => item.created).length;
  const meta = JSON.stringify({ total_count: written.length, created, updated: written.length - created });
  return {
    status: method === 'POST' ? 201 : method === 'PUT' ? 200 : 202,
    headers: {},
    body: `{"meta":${meta},"objects":[${objects}],"error":null}`,
  };
}

/** New objects only, and more than a few: in sets. Undefined: not such a request, or one of them is refused. */
async function createdTogether(writer: Writer, bodies: ObjectBody[], method: Method): Promise<Written[] | undefined> {
  const areNew = bodies.every(({ values }) => givenId(writer.model, values) === undefined);
  return method === 'POST' && bodies.length > 1 && areNew ? await createObjects(writer, bodies) : undefined;
}

/** All or nothing: the first that is refused refuses them all. */
async function writtenTogether(writer: Writer, bodies: ObjectBody[], method: Method): Promise<Written[] | undefined> {
  const outcomes = await writeTogether(writer, bodies, method);
  return outcomes?.map((outcome, index) => {
    if (outcome instanceof AppError) throw inRow(outcome, index + 1);
    return outcome;
  });
}

async function writtenOneByOne(writer: Writer, bodies: ObjectBody[], method: Method): Promise<Written[]> {
  const written: Written[] = [];
  for (const [index, body] of bodies.entries()) {
    try {
      written.push(await writeItem(writer, body, method));
    } catch (error) {
      throw inRow(error, index + 1);
    }
  }
  return written;
}

/** A row that is refused is undone by its own savepoint; what is a bug and no refusal still undoes everything. */
async function writtenOrRefused(writer: Writer, bodies: ObjectBody[], method: Method): Promise<(Written | AppError)[]> {
  const outcomes: (Written | AppError)[] = [];
  for (const body of bodies) {
    await writer.tx.client.query('savepoint item');
    try {
      outcomes.push(await writeItem(writer, body, method));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await writer.tx.client.query('rollback to savepoint item');
      outcomes.push(error);
    }
    await writer.tx.client.query('release savepoint item');
  }
  return outcomes;
}

/** What became of one row, as JSON text. */
function resultOf(outcome: Written | AppError, method: Method, representation: boolean): string {
  if (outcome instanceof AppError) {
    return JSON.stringify({
      status: outcome.status,
      error: outcome.message,
      code: outcome.code,
      ...(outcome.errors.length > 0 ? { errors: outcome.errors } : {}),
      ...(outcome.status === 412 ? outcome.extra : {}),
    });
  }
  const done = { status: outcome.created ? 201 : method === 'PATCH' ? 202 : 200, id: outcome.id };
  const shown = { ...done, ...(representation ? { etag: objectTag(outcome.body) } : {}) };
  // The object is finished JSON text.
  const object = representation ? `,"object":${outcome.body}` : '';
  return `${JSON.stringify(shown).slice(0, -1)}${object}}`;
}

async function writeItem(writer: Writer, given: ObjectBody, method: Method): Promise<Written> {
  const { model } = writer;
  const { tag, ifNone, body } = conditionsOf(given);
  const id = await existingId(writer, body.values, method);
  if (id === undefined) {
    refuseUnlessNew(model, tag, method);
    return method === 'PUT' ? await createOrReplace(writer, body) : await createObject(writer, body);
  }
  if (ifNone) throw staleTag(undefined);
  return await updateObject(writer, id, body, method === 'PUT' ? 'replace' : 'update', tag);
}

/** Somebody else may create the same key between our look and our insert: then theirs is the row to replace. */
async function createOrReplace(writer: Writer, body: ObjectBody): Promise<Written> {
  const { client } = writer.tx;
  await client.query('savepoint upsert');
  try {
    return await createObject(writer, body);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'duplicate') throw error;
    await client.query('rollback to savepoint upsert');
    const id = await findByNaturalKey(writer, body.values);
    if (id === undefined) throw error;
    return await updateObject(writer, id, body, 'replace');
  }
}

async function existingId(writer: Writer, values: Record<string, unknown>, method: Method): Promise<unknown> {
  const { model } = writer;
  const given = givenId(model, values);
  if (given !== undefined) return parseId(model, given);
  return method === 'POST' ? undefined : await findByNaturalKey(writer, values);
}
