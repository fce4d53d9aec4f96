import { expect, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { cancelRun, waitForRun } from '../../src/runs/index.ts';
import { gate, handlersFor, insert, startTestWorker, workOnce } from '../support/run-kinds.ts';
import { startWorld } from '../support/world.ts';

const { context } = await startWorld({ GRANARY_WORKERS: '8' });

test('runs of one key: one at a time, in order, whatever happens to those before; other keys beside them', async () => {
  const keys = ['a', 'b', 'c'];
  const order = new Map<string, string[]>(keys.map((key) => [key, []]));
  const working = new Map<string, number>(keys.map((key) => [key, 0]));
  let mostAtOnce = 0;
  let overlaps = 0;
  const handlers = handlersFor(async (_context, run) => {
    const key = run.payload.text!;
    working.set(key, working.get(key)! + 1);
    overlaps += working.get(key)! - 1;
    mostAtOnce = Math.max(
      mostAtOnce,
      [...working.values()].reduce((sum, n) => sum + n),
    );
    order.get(key)!.push(run.id);
    await new Promise((resolve) => setImmediate(resolve));
    working.set(key, working.get(key)! - 1);
    if (order.get(key)!.length % 3 === 0) throw new Error('every third one fails');
    return null;
  });
  // Two workers, while three writers insert at once.
  const workers = [await startTestWorker(context, handlers), await startTestWorker(context, handlers)];
  const ids = (await Promise.all(
    keys.map(async (key) => {
      const mine: string[] = [];
      for (let n = 0; n < 40; n += 1) mine.push(await insert(context, { payload: { text: key }, serialKey: key }));
      return mine;
    }),
  )) satisfies string[][];
  for (const list of ids) for (const id of list) await waitForRun(context, id, 30);
  for (const worker of workers) await worker.stop();
  keys.forEach((key, index) => {
    expect(order.get(key)).toEqual(ids[index]);
  });
  expect(overlaps).toBe(0);
  expect(mostAtOnce).toBeGreaterThan(1);
});

test('many writers of one key: order of insertion is order of work', async () => {
  const order: string[] = [];
  const worker = await startTestWorker(
    context,
    handlersFor(async (_context, run) => {
      order.push(run.id);
      return null;
    }),
  );
  const ids = await Promise.all(Array.from({ length: 50 }, () => insert(context, { serialKey: 'many' })));
  for (const id of ids) await waitForRun(context, id, 30);
  await worker.stop();
  const stored = await context.db.many<{ id: string }>(sql`select id from run where serial_key = 'many' order by seq`);
  expect(order).toEqual(stored.map((row) => row.id));
});

test('a run whose turn comes while the one before is being published is not forgotten', async () => {
  const published = gate();
  const commit = gate();
  const first = await insert(context, { serialKey: 'turn' });
  const worker = await startTestWorker(
    context,
    handlersFor(async ({ db }, run) => {
      if (run.id !== first) return null;
      await db.transaction(async (tx) => {
        await run.succeed(tx);
        published.open();
        await commit.opened;
      });
      return null;
    }),
  );
  await published.opened;
  // Inserted and tried while the end of the first is written but not yet visible.
  const second = await insert(context, { serialKey: 'turn' });
  const waits = sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%for share of older%'`;
  while ((await context.db.maybe(waits)) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  commit.open();
  expect((await waitForRun(context, second, 30)).state).toBe('succeeded');
  await worker.stop();
});

test('cancelling the head of the line lets the next one go', async () => {
  const [first, second] = [await insert(context, { serialKey: 'line' }), await insert(context, { serialKey: 'line' })];
  await context.db.transaction((tx) => cancelRun(tx, first));
  await workOnce(
    context,
    handlersFor(async () => null),
  );
  expect((await waitForRun(context, second, 0)).state).toBe('succeeded');
});
