import { expect, test } from 'vitest';
import { AppError } from '../../src/platform/errors/index.ts';
import { cancelRun, defineRunKind, retryRun, waitForRun } from '../../src/runs/index.ts';
import { gate, handlersFor, insert, linesOf, startTestWorker, stateOf, workOnce } from '../support/run-kinds.ts';
import { startWorld } from '../support/world.ts';

const { context } = await startWorld({ GRANARY_RUN_LEASE: '2' });

test('a run is worked on once: log, progress, summary', async () => {
  const id = await insert(context, { payload: { text: 'hello' } });
  expect(await stateOf(context, id)).toMatchObject({ state: 'queued', attempt: 0 });
  await workOnce(
    context,
    handlersFor(async (_context, run) => {
      run.log('info', `got ${run.payload.text}`);
      run.log('debug', 'NUL \0 and half \uD83D a pair');
      run.progress(42.9, 'half way');
      return { rows: 3, odd: 'a\0b' };
    }),
  );
  expect(await stateOf(context, id)).toMatchObject({
    state: 'succeeded',
    attempt: 1,
    progress: 100,
    step: 'half way',
    summary: { rows: 3, odd: 'a\uFFFDb' },
    error: null,
  });
  expect(await linesOf(context, id)).toEqual(['got hello', 'NUL \uFFFD and half \uFFFD a pair']);
});

test('a refusal fails the run with its code; a bug fails it without telling', async () => {
  const refused = await insert(context);
  await workOnce(
    context,
    handlersFor(() => Promise.reject(new AppError(422, 'too_odd', 'Too odd.', { hint: 'Be even.' }))),
  );
  expect((await stateOf(context, refused)).error).toEqual({
    code: 'too_odd',
    message: 'Too odd.',
    status: 422,
    hint: 'Be even.',
  });
  const bug = await insert(context);
  await workOnce(
    context,
    handlersFor(() => Promise.reject(new Error('password is hunter2'))),
  );
  const { state, error } = await stateOf(context, bug);
  expect(state).toBe('failed');
  expect(error?.code).toBe('internal_error');
  expect(error?.message).not.toContain('hunter2');
});

test('a kind that retries failures is tried so many times', async () => {
  const kind = defineRunKind<{ text?: string }>()('stubborn', {
    maxAttempts: 3,
    retryFailures: true,
    retryDelaySeconds: 0,
  });
  const id = await insert(context, { kind });
  let tries = 0;
  await workOnce(
    context,
    handlersFor(async (_context, run) => {
      tries += 1;
      if (run.attempt < 3) throw new AppError(400, 'not_yet', 'Not yet.');
      return 'there';
    }, kind),
  );
  expect(tries).toBe(3);
  expect(await stateOf(context, id)).toMatchObject({ state: 'succeeded', attempt: 3, summary: 'there' });
  expect(await linesOf(context, id)).toEqual([
    'Attempt 1 of 3 failed; retrying in 0 s: Not yet.',
    'Attempt 2 of 3 failed; retrying in 0 s: Not yet.',
  ]);
});

test('succeed(tx) publishes with the run or not at all', async () => {
  await context.db.pool.query('create table if not exists published (run_id uuid)');
  const id = await insert(context);
  await workOnce(
    context,
    handlersFor(async ({ db }, run) => {
      run.log('info', 'publishing');
      await db.transaction(async (tx) => {
        await tx.client.query('insert into published values ($1)', [run.id]);
        await run.succeed(tx, { published: true });
      });
      return undefined;
    }),
  );
  expect(await stateOf(context, id)).toMatchObject({ state: 'succeeded', summary: { published: true } });

  const cancelled = await insert(context);
  await workOnce(
    context,
    handlersFor(async ({ db }, run) => {
      await db.transaction(async (tx) => {
        await tx.client.query('insert into published values ($1)', [run.id]);
        await db.transaction((other) => cancelRun(other, run.id));
        await run.succeed(tx, { published: true });
      });
      return undefined;
    }),
  );
  expect((await stateOf(context, cancelled)).state).toBe('cancelled');
  const { rows } = await context.db.pool.query('select run_id from published');
  expect(rows.map((row) => row.run_id)).toEqual([id]);
});

test('cancelling: a waiting run at once, a running one through its signal', async () => {
  const waiting = await insert(context, { delaySeconds: 3600 });
  expect(await context.db.transaction((tx) => cancelRun(tx, waiting))).toEqual({
    previous: 'queued',
    state: 'cancelled',
  });

  const begun = gate();
  const worker = await startTestWorker(
    context,
    handlersFor(async (_context, run) => {
      begun.open();
      await new Promise((_resolve, reject) => {
        run.signal.addEventListener('abort', () => reject(run.signal.reason));
      });
      return null;
    }),
  );
  const id = await insert(context);
  await begun.opened;
  expect(await context.db.transaction((tx) => cancelRun(tx, id))).toEqual({ previous: 'running', state: 'cancelling' });
  expect((await waitForRun(context, id, 30)).state).toBe('cancelled');
  expect(await linesOf(context, id)).toEqual(['Cancellation requested by user', 'Execution cancelled by user.']);
  await expect(context.db.transaction((tx) => cancelRun(tx, id))).rejects.toMatchObject({
    code: 'run_ended',
    status: 409,
  });
  await worker.stop();

  const again = await context.db.transaction((tx) => retryRun(tx, context, id, null));
  expect(await context.db.transaction((tx) => retryRun(tx, context, id, null))).toBe(again);
  await workOnce(
    context,
    handlersFor(async () => 'second time'),
  );
  expect(await stateOf(context, again)).toMatchObject({ state: 'succeeded', summary: 'second time' });
  await expect(context.db.transaction((tx) => retryRun(tx, context, again, null))).rejects.toMatchObject({
    code: 'run_not_retryable',
  });
});

test('a run over its time fails with timeout', async () => {
  const id = await insert(context, { timeoutSeconds: 1 });
  await workOnce(
    context,
    handlersFor(
      (_context, run) =>
        new Promise((_resolve, reject) => {
          run.signal.addEventListener('abort', () => reject(run.signal.reason));
        }),
    ),
  );
  expect(await stateOf(context, id)).toMatchObject({
    state: 'failed',
    error: { code: 'timeout', message: 'Execution exceeded its time limit of 1 s', status: 504 },
  });
});

test('a handler deaf to its signal is left behind, and cannot publish any more', async () => {
  const finished = gate();
  const release = gate();
  let refusal: unknown;
  const id = await insert(context, { timeoutSeconds: 1, maxAttempts: 1 });
  await workOnce(
    context,
    handlersFor(async ({ db }, run) => {
      await release.opened;
      await db
        .transaction((tx) => run.succeed(tx, 'too late'))
        .catch((error: unknown) => {
          refusal = error;
        });
      finished.open();
      return null;
    }),
  );
  expect(await stateOf(context, id)).toMatchObject({ state: 'failed', error: { code: 'timeout' } });
  release.open();
  await finished.opened;
  expect(refusal).toMatchObject({ code: 'timeout' });
  expect((await stateOf(context, id)).summary).toBeNull();
});

test('an orderly stop gives the run back without spending its attempt', async () => {
  const begun = gate();
  const worker = await startTestWorker(
    context,
    handlersFor((_context, run) => {
      begun.open();
      return new Promise((_resolve, reject) => {
        run.signal.addEventListener('abort', () => reject(run.signal.reason));
      });
    }),
  );
  const id = await insert(context, { maxAttempts: 2 });
  await begun.opened;
  await worker.stop();
  expect(await stateOf(context, id)).toMatchObject({ state: 'queued', attempt: 1 });
  await workOnce(
    context,
    handlersFor(async (_context, run) => run.attempt),
  );
  expect(await stateOf(context, id)).toMatchObject({ state: 'succeeded', summary: 2 });
});
