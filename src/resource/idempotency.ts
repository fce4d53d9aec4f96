import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Db, type Queryable, sql, type Tx, unlessDry } from '../platform/db/index.ts';
import type { Access } from './access.ts';
import { idempotencyKeyReused, idempotencyKeyRunning, invalidIdempotencyKey } from './errors.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** JSON text. */
  body: string;
}

type Transactions = Pick<Db, 'transaction'>;

interface OnceOptions {
  /** Do everything, and undo it; the key has no meaning then. */
  dryRun?: boolean;
  /** What makes two requests the same one where that is not the text of the body. */
  identity?: unknown;
}

/**
 * Does a write in one transaction. With an Idempotency-Key of a POST, 24 hours long: the same request gets the stored
 * answer, a different one 422, one that comes while the first still runs 409. A refused request leaves no answer behind,
 * so it can be corrected and sent again. A dry run does everything and undoes it.
 */
export async function answerOnce(
  db: Transactions,
  request: RequestFacts,
  access: Access,
  work: (tx: Tx) => Promise<Answer>,
  { dryRun = false, identity }: OnceOptions = {},
): Promise<Answer> {
  const key = request.method === 'POST' && !dryRun ? request.headers['idempotency-key'] : undefined;
  if (key === undefined) return await unlessDry(db, dryRun, work);
  const body = identity ?? request.body ?? null;
  return await withIdempotencyKey(
    db,
    {
      key: String(key),
      caller: access.userId ?? 'anonymous',
      route: `${request.method} ${request.url.split('?', 1)[0]?.replace(/\/$/, '')}`,
      request: `${request.url} ${typeof body === 'string' ? body : JSON.stringify(body)}`,
    },
    work,
  );
}

/** For a module's own POST: its answer is the object that `work` gives, and is kept for the key in its transaction. */
export async function replyOnce(
  db: Transactions,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Tx) => Promise<object>,
  options?: OnceOptions,
): Promise<FastifyReply> {
  const answer = await answerOnce(
    db,
    request,
    request.access,
    async (tx) => ({ status: 200, headers: {}, body: JSON.stringify(await work(tx)) }),
    options,
  );
  return sendAnswer(reply, answer);
}

/**
 * For a POST whose answer grows: `work` asks for a run and gives what names it. The key names the same run again, which
 * is answered as it is by then, also when it has failed; there are never two.
 */
export async function startOnce<Started>(
  db: Transactions,
  request: RequestFacts,
  access: Access,
  work: (tx: Tx) => Promise<Started>,
  options?: OnceOptions,
): Promise<{ started: Started; replayed: boolean }> {
  const answer = await answerOnce(
    db,
    request,
    access,
    async (tx) => ({ status: 202, headers: {}, body: JSON.stringify(await work(tx)) }),
    options,
  );
  return { started: JSON.parse(answer.body) as Started, replayed: answer.headers[replayedHeader] === 'true' };
}

export function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).header('content-type', 'application/json; charset=utf-8').send(body);
}

export const replayedHeader = 'idempotency-replayed';

type RequestFacts = Pick<FastifyRequest, 'method' | 'url' | 'headers'> & { body?: unknown };

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
  db: Transactions,
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
      return { status: known.status, headers: { ...known.headers, [replayedHeader]: 'true' }, body: known.body };
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
