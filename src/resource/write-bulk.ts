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
import { createObject, type ObjectBody, updateObject, type Written } from './write-object.ts';
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
  const outcomes = await writtenOrRefused(writer, bodies, method);
  if (options.lenient) {
    const results = outcomes.map((outcome) => resultOf(outcome, method, options.representation));
    return { status: 207, headers: {}, body: `{"results":[${results.join(',')}]}` };
  }
  const written = outcomes.map((outcome, index) => {
    if (outcome instanceof AppError) throw inRow(outcome, index + 1);
    return outcome;
  });
  const objects = options.minimal ? '' : written.map((item) => item.body).join(',');
  const created = written.filter((item) => item.created).length;
  const meta = JSON.stringify({ total_count: written.length, created, updated: written.length - created });
  return {
    status: method === 'POST' ? 201 : method === 'PUT' ? 200 : 202,
    headers: {},
    body: `{"meta":${meta},"objects":[${objects}],"error":null}`,
  };
}

/**
 * As if written one by one, in their order. Where a set cannot be written as one, its halves are: of a thousand rows with
 * a bad one, that one alone is written, and refused, by itself.
 */
async function writtenOrRefused(writer: Writer, bodies: ObjectBody[], method: Method): Promise<(Written | AppError)[]> {
  if (bodies.length === 0) return [];
  if (bodies.length === 1) return [await oneOrRefused(writer, bodies[0]!, method)];
  const together = await writeTogether(writer, bodies, method);
  if (together !== undefined) return together;
  const half = Math.ceil(bodies.length / 2);
  const first = await writtenOrRefused(writer, bodies.slice(0, half), method);
  return [...first, ...(await writtenOrRefused(writer, bodies.slice(half), method))];
}

/** What is refused is undone by its own savepoint; what is a bug and no refusal undoes everything. */
async function oneOrRefused(writer: Writer, body: ObjectBody, method: Method): Promise<Written | AppError> {
  const { client } = writer.tx;
  await client.query('savepoint item');
  const outcome = await writeItem(writer, body, method).catch(async (error) => {
    if (!(error instanceof AppError)) throw error;
    await client.query('rollback to savepoint item');
    return error;
  });
  await client.query('release savepoint item');
  return outcome;
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
