import { type Queryable, type Sql, sql } from '../db/index.ts';

/** Something that can be asked of later. Declared in a module's `jobs.ts`, handled in `src/worker.ts`. */
export interface Job<Name extends string, Payload extends object> {
  name: Name;
  maxAttempts: number;
  /** Never read: carries the payload's type from `defineJob` to `enqueue` and the handler. */
  readonly payload?: Payload;
}

export function defineJob<Payload extends object>() {
  return <Name extends string>(name: Name, options: { maxAttempts: number }): Job<Name, Payload> => ({
    name,
    ...options,
  });
}

export interface EnqueueOptions {
  /** One waiting job per key; asking again moves the waiting one, and never loses a request made while it runs. */
  key?: string;
  /** Jobs of one queue run one after another. */
  queue?: string;
  runAt?: Date;
  /** Lower runs first; default 0. */
  priority?: number;
}

/**
 * Takes a transaction on purpose: the request exists exactly when the reason for it does. Payloads carry ids, never
 * secrets or data.
 */
export async function enqueue<Name extends string, Payload extends object>(
  tx: Queryable,
  job: Job<Name, Payload>,
  payload: NoInfer<Payload>,
  options: EnqueueOptions = {},
): Promise<void> {
  await tx.exec(
    sql`select ${addJob(job, sql`${JSON.stringify(payload)}::json`, {
      queue: sql`${options.queue ?? null}`,
      runAt: sql`${options.runAt ?? null}::timestamptz`,
      key: sql`${options.key ?? null}`,
      priority: sql`${options.priority ?? 0}::int`,
    })}`,
  );
}

/**
 * `enqueue` as an expression, for a statement that finds out itself what is to be done: `select ${addJob(…)} from …`.
 * `payload` is JSON with the keys the job's payload has.
 */
export function addJob(
  job: { name: string | Sql; maxAttempts: number },
  payload: Sql,
  options: { key?: Sql; queue?: Sql; runAt?: Sql; priority?: Sql } = {},
): Sql {
  return sql`graphile_worker.add_job(
    identifier => ${job.name}, payload => ${payload}, queue_name => ${options.queue ?? sql`null`},
    run_at => ${options.runAt ?? sql`null`}, max_attempts => ${job.maxAttempts}::int,
    job_key => ${options.key ?? sql`null`}, priority => ${options.priority ?? sql`0`})`;
}
