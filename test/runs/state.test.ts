import { expect, test } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { changeRun } from '../../src/runs/index.ts';
import { canChange, hasEnded, type RunState, runStates, sourcesOf } from '../../src/runs/pure/state.ts';
import { insert, stateOf } from '../support/run-kinds.ts';
import { startWorld } from '../support/world.ts';

const { context } = await startWorld();

/** Every change there is, written out once more and not taken from the code. */
const lawful = new Set([
  'queued starting',
  'queued running',
  'queued succeeded',
  'queued failed',
  'queued cancelled',
  'starting running',
  'starting succeeded',
  'starting failed',
  'starting cancelling',
  'starting queued',
  'running succeeded',
  'running failed',
  'running cancelling',
  'running queued',
  'cancelling cancelled',
]);

const pairs = runStates.flatMap((from) => runStates.map((to) => [from, to] as const));

test.each(pairs)('%s → %s: the table, and the statement', async (from, to) => {
  expect(canChange(from, to)).toBe(lawful.has(`${from} ${to}`));
  expect(sourcesOf(to).includes(from)).toBe(lawful.has(`${from} ${to}`));
  const id = await insertIn(from);
  const changed = await context.db.transaction((tx) => changeRun(tx, id, { to }));
  const { state, endedAt } = await stateOf(context, id);
  expect([changed?.state, state]).toEqual(lawful.has(`${from} ${to}`) ? [to, to] : [undefined, from]);
  expect(endedAt !== null).toBe(hasEnded(state as RunState));
});

test.each(runStates.filter(hasEnded))('%s is the end, also for statements that do not ask', async (from) => {
  const id = await insertIn(from);
  await expect(context.db.exec(sql`update run set state = 'queued', ended_at = null where id = ${id}`)).rejects.toThrow(
    /stays so/,
  );
});

test('a change meant for an earlier attempt is refused', async () => {
  const id = await insertIn('running');
  await context.db.exec(sql`update run set attempt = 2 where id = ${id}`);
  const late = await context.db.transaction((tx) => changeRun(tx, id, { to: 'succeeded', attempt: 1 }));
  expect(late).toBeUndefined();
  expect((await stateOf(context, id)).state).toBe('running');
});

test('of two changes at once one wins', async () => {
  for (let round = 0; round < 20; round += 1) {
    const id = await insertIn('running');
    const won = await Promise.all(
      (['succeeded', 'failed', 'cancelling', 'queued'] as const).map((to) =>
        context.db.transaction((tx) => changeRun(tx, id, { to, from: ['running'], delaySeconds: 3600 })),
      ),
    );
    expect(won.filter((changed) => changed !== undefined)).toHaveLength(1);
  }
});

/** Not dispatched: nobody but the test moves it. */
async function insertIn(state: RunState): Promise<string> {
  const id = await insert(context, { dispatched: false });
  await context.db.exec(
    sql`update run set state = ${state}, ended_at = ${hasEnded(state) ? sql`now()` : null} where id = ${id}`,
  );
  return id;
}
