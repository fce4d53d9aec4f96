import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { type Db, type Queryable, sql, type Tx } from '../platform/db/index.ts';
import type { Access } from './access.ts';
import { idempotencyKeyReused, idempotencyKeyRunning, invalidIdempotencyKey } from './errors.ts';
import type { Resources } from './resources.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** JSON text. */
  body: string;
}

/**
 * Does a write in one transaction. With an Idempotency-Key, 24 hours long: the same request gets the stored answer, a
 * different one 422, one that comes while the first still runs 409. A refused request leaves no answer behind, so it
 * can be corrected and sent again. A dry run does everything and undoes it.
 */
export async function answerOnce(
  resources: Resources,
  request: FastifyRequest,
  access: Access,
  takesKey: boolean,
  work: (tx: Tx) => Promise<Answer>,
  dryRun = false,
): Promise<Answer> {
  const { db } = resources.deps;
  const key = takesKey && !dryRun ? request.headers['idempotency-key'] : undefined;
  if (dryRun) return await undone(db, work);
  if (key === undefined) return await db.transaction(work);
  return await withIdempotencyKey(
    db,
    {
      key: String(key),
      caller: access.userId ?? 'anonymous',
      route: `${request.method} ${request.url.split('?', 1)[0]?.replace(/\/$/, '')}`,
      request: `${request.url} ${typeof request.body === 'string' ? request.body : JSON.stringify(request.body ?? null)}`,
    },
    work,
  );
}

export interface KeyedRequest {
  key: string;
  caller: string;
  route: string;
  /** All that makes the request what it is; only its hash is kept. */
  request: string;
}

/**
 * For routes that are no resource as well. The lock belongs to the transaction: a process that dies leaves neither
 * lock nor answer.
 */
export async function withIdempotencyKey(
  db: Db,
  keyed: KeyedRequest,
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  const { key, caller, route } = keyed;
  if (key.length < 1 || key.length > 255 || key.includes('\0')) throw invalidIdempotencyKey();
  const requestHash = createHash('sha256').update(keyed.request).digest('hex');
  return await db.transaction(async (tx) => {
    const { locked } = await tx.one<{ locked: boolean }>(
      sql`select pg_try_advisory_xact_lock(hashtextextended(${JSON.stringify([caller, route, key])}, 4680)) as locked`,
    );
    if (!locked) throw idempotencyKeyRunning();
    const known = await storedAnswer(tx, keyed);
    if (known) {
      if (known.request_sha256 !== requestHash) throw idempotencyKeyReused();
      return { status: known.status, headers: { ...known.headers, 'idempotency-replayed': 'true' }, body: known.body };
    }
    const answer = await work(tx);
    await tx.exec(sql`
      insert into idempotency_answer (caller, route, key, request_sha256, status, headers, body)
      values (${caller}, ${route}, ${key}, ${requestHash}, ${answer.status}, ${JSON.stringify(answer.headers)}::jsonb, ${answer.body})
      on conflict (caller, route, key) do update set request_sha256 = excluded.request_sha256, status = excluded.status,
        headers = excluded.headers, body = excluded.body, created_at = excluded.created_at`);
    return answer;
  });
}

/** Removes answers older than 24 hours. */
export async function purgeIdempotencyAnswers({ db }: { db: Queryable }): Promise<void> {
  await db.exec(sql`delete from idempotency_answer where created_at < now() - interval '24 hours'`);
}

interface StoredAnswer extends Answer {
  request_sha256: string;
}

function storedAnswer(tx: Tx, { caller, route, key }: KeyedRequest): Promise<StoredAnswer | undefined> {
  return tx.maybe<StoredAnswer>(sql`
    select request_sha256, status, headers, body from idempotency_answer
    where caller = ${caller} and route = ${route} and key = ${key} and created_at >= now() - interval '24 hours'`);
}

class Undo {
  readonly answer: Answer;
  constructor(answer: Answer) {
    this.answer = answer;
  }
}

async function undone(db: Db, work: (tx: Tx) => Promise<Answer>): Promise<Answer> {
  try {
    return await db.transaction(async (tx) => {
      throw new Undo(await work(tx));
    });
  } catch (thrown) {
    if (thrown instanceof Undo) return thrown.answer;
    throw thrown;
  }
}
