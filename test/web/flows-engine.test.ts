import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { startJobs } from '../../src/worker.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';
import { accessibilityFindings } from './accessibility.ts';
import { chromiumPath, onceMore, openWindow, signIn } from './browser.ts';

const slow = { timeout: 480_000 };

/** Two days nobody can read and a level that is none; the other rows are good. */
const gauges = `day,level
2026-03-01,1.2
soon,1.3
2026-03-03,high
2026-03-04,1.5
later,1.6
`;
const sha256 = createHash('sha256').update(gauges).digest('hex');

const specOf = (owner: string, levelType: string, more = '') => `meta:
  ownerid: ${owner}
  dataset: rivers
  findability: private
inputs:
  - kind: datapackage
    parameters:
      descriptor:
        name: rivers
        title: Rivers of Europe
        resources:
          - name: gauges
            path: data/gauges.csv
            schema: {fields: [{name: day, type: date}, {name: level, type: ${levelType}}]}
          - {name: stations, path: data/stations.csv}
      resource-mapping:
        gauges: blob:sha256:${sha256}
        stations: ${stations}
${more}schedule: every 1d
`;
/** The other source is sent when the test says so: until then the graph shows what waits and what works. */
let gate = Promise.resolve();
const server = createServer((_, response) => void gate.then(() => response.end('id,name\n1,Lyon\n'))).listen(
  0,
  '127.0.0.1',
);
await once(server, 'listening');
afterAll(() => server.close());
const stations = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stations.csv`;

const lenient = 'policy: {cast: reject_row}\n';

/** What test/web/flows.test.ts plays a runner for, done by the engine that ships: whatever it says is what the pages show. */
describe.skipIf(chromiumPath === undefined)('flows by the engine', onceMore, async () => {
  const world = await startWorld({ FETCH_ALLOW: new URL(stations).host });
  const worker = await startJobs(world.context);
  afterAll(() => worker.stop());
  const ann = await somebody(world, { username: 'ann', name: 'Ann Abara' });
  await ann.post('/api/v1/project', { title: 'Rivers', slug: 'rivers' });
  const { page, complaints } = await openWindow({ width: 1280, height: 900 }, afterAll);
  const node = (name: string | RegExp) => page.getByRole('button', { name });
  const text = page.getByRole('textbox', { name: 'Spec, as YAML or JSON' });

  test('a file is uploaded, a spec reads it, and the graph follows the work to its end', slow, async () => {
    await signIn(page, world.url, ann);
    await page.goto(`${world.url}/app/project/rivers`);
    await page.getByRole('link', { name: 'Upload files' }).click();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'gauges.csv', mimeType: 'text/csv', buffer: Buffer.from(gauges) });
    await page.getByRole('button', { name: 'Upload and check' }).click();
    await page
      .getByRole('button', { name: 'Confirm and publish' })
      .waitFor()
      .catch(async (error: Error) => {
        // Seen now and then in the whole suite only: what was there then is told.
        const { rows } = await world.context.db.pool.query(
          'select task_identifier, attempts, locked_by, locked_at, run_at, last_error, now() from graphile_worker.jobs',
        );
        const shown = await page.getByRole('main').innerText();
        throw new Error(`${error.message}\n${page.url()}\n${shown}\n${JSON.stringify(rows)}`);
      });

    await page.goto(`${world.url}/app/flow/new`);
    // What only the server can tell: whose bytes these are, and what will be made of them.
    await text.fill(specOf(ann.id, 'number').replace(sha256, '0'.repeat(64)));
    await page.getByRole('button', { name: 'Validate' }).click();
    await page.getByRole('alert').getByText('is not there, or not yours to read').waitFor();
    await text.fill(specOf(ann.id, 'number'));
    await page.getByRole('button', { name: 'Validate' }).click();
    await page.getByText('The spec is valid').waitFor();
    await node('Creating CSV gauges_csv').waitFor();
    expect((await ann.get('/source')).body.datasets).toEqual([]);

    await page.getByRole('button', { name: 'Push' }).click();
    await page.getByRole('heading', { name: 'Revision 1', level: 1 }).waitFor();
    // A cell that cannot be read fails what is made of its table, unless the policy says otherwise.
    await node('Creating CSV failed · gauges_csv').waitFor();
    await page
      .getByRole('alert')
      .getByText(/The value "(soon|high)" in row \d/)
      .first()
      .waitFor();
    await node('Validating package contents succeeded · validation_report').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('the report groups what the engine found, with the rows', slow, async () => {
    await page.getByRole('link', { name: 'Report' }).click();
    await page.getByText('3 problems').waitFor();
    await page.getByRole('button', { name: 'Rows of type-or-format-error day' }).click();
    const rows = page.getByRole('region', { name: 'Rows with this problem' });
    await rows.getByText('soon').first().waitFor();
    await rows.getByText('later').first().waitFor();
    expect(await rows.getByText('high').count()).toBe(0);
    await page.getByRole('button', { name: 'Rows of type-or-format-error level' }).click();
    await rows.getByText('high').first().waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('with a policy the rows are left out, and the graph follows the work to its good end', slow, async () => {
    const { promise, resolve: open } = Promise.withResolvers<void>();
    gate = promise;
    await push(specOf(ann.id, 'number', lenient), 2);
    await page
      .getByRole('button', { name: / running · / })
      .first()
      .waitFor();
    await node(/^Creating Package queued/).waitFor();
    open();
    await node(/^Creating Package succeeded/).waitFor();
    await node('Creating CSV succeeded · gauges_csv').waitFor();
    expect(await page.getByRole('button', { name: / (queued|running|failed) · / }).count()).toBe(0);
    await node('Creating CSV succeeded · gauges_csv').click();
    const pipeline = page.getByRole('region', { name: 'Pipeline gauges_csv' });
    await pipeline.getByText('Rejected rows').first().waitFor();
    await page.getByText('Everything in one ZIP').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test('the next is compared with it: lines of the spec, columns and rows of its tables', slow, async () => {
    await push(specOf(ann.id, 'string', lenient), 3);
    await node(/^Creating Package succeeded/).waitFor();
    await page.getByRole('link', { name: 'Changes' }).click();
    const tables = page.getByRole('region', { name: 'Tables' });
    // Said once of the table, not of each form it is published in.
    await tables.getByText('gauges_csv, gauges_json').waitFor();
    await tables.getByText('stations_csv, stations_json').waitFor();
    await tables.getByText('1 row, as before').waitFor();
    await tables.getByText('Column level: number became string').first().waitFor();
    expect(await tables.getByText('2 → 3 rows').count()).toBe(1);
    const lines = page.getByRole('region', { name: 'Changed lines' });
    expect(await lines.textContent()).toMatch(/removed: +type: number.*added: +type: string/);
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  async function push(spec: string, revision: number): Promise<void> {
    await page.goto(`${world.url}/app/flow/${ann.id}/rivers/edit`);
    await expect.poll(() => text.inputValue(), { timeout: 30_000 }).toContain('gauges');
    await text.fill(spec);
    await page.getByRole('button', { name: 'Push' }).click();
    await page.getByRole('heading', { name: `Revision ${revision}`, level: 1 }).waitFor();
  }
});
