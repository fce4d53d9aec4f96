import { hostname } from 'node:os';
import type { Context } from '../context.ts';
import { sql } from '../db/index.ts';
import { repeat } from './repeat.ts';

/**
 * Says again and again that this process lives, and gives back what dead ones hold: graphile-worker itself would wait
 * four hours.
 */
export async function showPresence(context: Context, poolId: string): Promise<{ end(): Promise<void> }> {
  const id = context.newId();
  const stop = repeat(context, {
    name: 'presence',
    seconds: context.config.runLeaseSeconds / 3,
    work: async () => {
      await context.db.exec(sql`
        insert into worker_process (id, pool_id, host, pid, alive_until)
        values (${id}, ${poolId}, ${hostname()}, ${process.pid},
          now() + make_interval(secs => ${context.config.runLeaseSeconds}))
        on conflict (id) do update set alive_until = excluded.alive_until`);
      await freeJobsOfDeadWorkers(context);
    },
  });
  return {
    end: async () => {
      await stop();
      await context.db.exec(sql`delete from worker_process where id = ${id}`).catch(() => undefined);
    },
  };
}

/**
 * Unlocks the jobs of worker pools that have not been heard of for a lease, and removes those of them that were
 * replaced under the same key meanwhile and can never run. Returns the pools it buried.
 */
export async function freeJobsOfDeadWorkers(context: Context): Promise<string[]> {
  const lease = sql`make_interval(secs => ${context.config.runLeaseSeconds})`;
  return context.db.transaction(async (tx) => {
    await tx.exec(sql`delete from worker_process where alive_until < now()`);
    // Younger locks may belong to a pool that has not said its name yet; one-off pools (`otpool-`) never do.
    const dead = await tx.many<{ poolId: string }>(sql`
      select distinct locked_by as "poolId" from graphile_worker.jobs
      where locked_by like 'pool-%' and locked_at < now() - ${lease}
        and locked_by not in (select pool_id from worker_process)`);
    if (dead.length === 0) return [];
    const pools = dead.map((row) => row.poolId);
    await tx.exec(sql`select graphile_worker.force_unlock_workers(${pools}::text[])`);
    await tx.exec(sql`select graphile_worker.complete_jobs(array(
      select id from graphile_worker.jobs
      where locked_at is null and key is null and attempts >= max_attempts and last_error is null))`);
    context.log.warn({ pools }, 'freed the jobs of workers that stopped responding');
    return pools;
  });
}
