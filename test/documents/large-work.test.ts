import { expect, test } from 'vitest';
import { must } from '../locations/places-world.ts';
import { startDocumentsWorld } from './documents-world.ts';

const the = await startDocumentsWorld({ GRANARY_STATEMENT_TIMEOUT: '1' });
const { admin, world } = the;
await the.indicator('seen');
await the.campaign('may', '2020-05-01');

/** A document of which each statement has to wait until `release`. */
async function heldDocument(title: string) {
  const document = await the.document('geocode,campaign,seen\na,may,60\n', { doc_title: title });
  const holder = await world.context.db.pool.connect();
  await holder.query('begin');
  await holder.query('select 1 from source_doc where id = $1 for update', [document.id]);
  const waits = async () => {
    const { rows } = await world.context.db.pool.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  };
  const waiting = async () => {
    while (!(await waits())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const release = async () => {
    await holder.query('rollback');
    holder.release();
  };
  return { document, waiting, release };
}

/** One that is processed again. */
async function heldUp(title: string) {
  const { document, waiting, release } = await heldDocument(title);
  const query = `transform_upload/?document_id=${document.id}`;
  const asked = await admin.post(`/api/v1/${query}`, undefined, { prefer: 'respond-async' });
  const working = world.runJobs();
  const run = () => must(admin.get(`/api/v1/run/${asked.body.meta.run.id}`), 200);
  await waiting();
  return { run, release, working };
}

test('a statement of a document may take longer than one of a request', async () => {
  const { run, release, working } = await heldUp('long.csv');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await release();
  await working;
  expect(await run()).toMatchObject({ state: 'succeeded', error: null });
});

test('deleting a document may take longer than other requests', async () => {
  const { document, waiting, release } = await heldDocument('gone.csv');
  const deletion = admin.delete(`/api/v1/source_doc/${document.id}/`);
  await Promise.all([deletion, waiting().then(() => setTimeout(release, 1500))]);
  expect((await deletion).status).toBe(204);
});

test('who cancels a run does not wait for its statement', async () => {
  const { run, release, working } = await heldUp('cancelled.csv');
  const { id } = await run();
  await must(admin.post(`/api/v1/run/${id}/cancel`), 202);
  // The lock it waits for is still held.
  await working;
  expect((await run()).state).toBe('cancelled');
  await release();
});
