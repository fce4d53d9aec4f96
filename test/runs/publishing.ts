import { setTimeout as pause } from 'node:timers/promises';
import { handlersFor } from '../support/run-kinds.ts';

/** Work that can be counted: each run publishes one row, in the transaction that ends it. */
export const publishing = handlersFor(async ({ db }, run) => {
  run.log('info', `attempt ${run.attempt}`);
  await pause(Math.random() * 30);
  run.progress(50);
  await db.transaction(async (tx) => {
    await tx.client.query('insert into published (run_id) values ($1)', [run.id]);
    await pause(Math.random() * 10);
    await run.succeed(tx, { attempt: run.attempt });
  });
  return undefined;
});
