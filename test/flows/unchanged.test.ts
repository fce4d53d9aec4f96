import { beforeEach, expect, test } from 'vitest';
import { dispatchSchedules } from '../../src/flows/index.ts';
import { startFlows } from './flow-server.ts';

const { world, me, key, base, files, asked, served, run, stateOf, rows, product } = await startFlows();
const { context } = world;
const realNow = context.now;
const table = [{ name: 'c', path: 'data/c.csv' }];
const hourly = { schedule: 'every 1h', schedule_options: { skip_unchanged: true } };
let etag: string | undefined;
served.headersOf = (): Record<string, string> => (etag === undefined ? {} : { etag });

beforeEach(() => {
  asked.length = 0;
  etag = undefined;
  files['/data/c.csv'] = 'id,city\n1,Lyon\n';
  served.answer = undefined;
});

let later = 0;
/** The schedule fires once; gives the number of the newest revision and when it was last checked. */
async function fire(dataset: string) {
  // Nobody else's schedule asks for the same file meanwhile.
  await context.db.pool.query('update flow_dataset set scheduled_for = null where name <> $1', [dataset]);
  later += 4000;
  const at = new Date(realNow().getTime() + later * 1000);
  asked.length = 0;
  context.now = () => at;
  try {
    await dispatchSchedules(context);
    await world.runJobs();
  } finally {
    context.now = realNow;
  }
  const { body } = await world.anon.get(`/source/${me.id}/${dataset}`, key);
  return { latest: body.latest as number, checked: body.checked_at === at.toISOString() };
}

test('the same validator: one HEAD, no revision, and a note that it was looked at', async () => {
  etag = '"1"';
  await run('tagged', table, hourly);
  expect(await fire('tagged')).toEqual({ latest: 1, checked: true });
  expect(asked).toEqual(['HEAD /data/c.csv']);
  etag = '"2"';
  files['/data/c.csv'] = 'id,city\n1,Nice\n';
  expect(await fire('tagged')).toEqual({ latest: 2, checked: false });
  expect(await rows(`${me.id}/tagged/2`, 'c')).toEqual(['id,city', '1,Nice']);
});

test('no validator: the bytes are compared', async () => {
  await run('plain', table, hourly);
  expect(await fire('plain')).toEqual({ latest: 1, checked: true });
  expect(asked).toEqual(['GET /data/c.csv']);
  files['/data/c.csv'] = 'id,city\n1,Metz\n';
  expect(await fire('plain')).toEqual({ latest: 2, checked: false });
});

test('a server that answers no HEAD is asked for the bytes', async () => {
  etag = '"1"';
  await run('headless', table, hourly);
  served.answer = (request, response) => {
    if (request.method !== 'HEAD') return false;
    response.writeHead(405).end();
    return true;
  };
  expect(await fire('headless')).toEqual({ latest: 1, checked: true });
  expect(asked).toEqual(['HEAD /data/c.csv', 'GET /data/c.csv']);
});

test('never after a failure, and never where that is not wished', async () => {
  const schema = { fields: [{ name: 'id', type: 'date' }] };
  etag = '"1"';
  expect((await run('sad', [{ ...table[0], schema }], hourly)).state).toBe('FAILED');
  expect(await fire('sad')).toEqual({ latest: 2, checked: false });
  await run('eager', table, { schedule: 'every 1h' });
  expect(await fire('eager')).toEqual({ latest: 2, checked: false });
});

test('a descriptor that is fetched is part of it', async () => {
  etag = '"1"';
  const descriptor = (title: string) => JSON.stringify({ name: 'far', title, resources: table });
  files['/datapackage.json'] = descriptor('One');
  const inputs = [{ kind: 'datapackage', url: `${base}/datapackage.json` }];
  await run('far', table, { ...hourly, inputs });
  expect(await fire('far')).toEqual({ latest: 1, checked: true });
  files['/datapackage.json'] = descriptor('Two');
  expect(await fire('far')).toEqual({ latest: 2, checked: false });
});

test('an upload of what is there already is a revision all the same, out of what was made', async () => {
  const more = {
    policy: { cast: 'reject_row', max_rejects: { count: 10, ratio: 1 } },
    outputs: [{ kind: 'parquet' }],
    processing: [
      {
        input: 'c',
        output: 'c',
        dpp: [{ run: 'add_metadata', parameters: { license: 'CC0-1.0' } }],
      },
    ],
  };
  const schema = {
    fields: [
      { name: 'id', type: 'integer' },
      { name: 'city', type: 'string' },
    ],
  };
  files['/data/c.csv'] = 'id,city\n1,Lyon\nx,Nice\n';
  const resources = [{ ...table[0], schema }];
  const first = await run('again', resources, more);
  asked.length = 0;
  const second = await run('again', resources, more);
  expect(second.id).toBe(`${me.id}/again/2`);
  expect(second.body.stats).toMatchObject({ unchanged: true, count_of_rows: 1 });
  expect(first.body.stats).not.toHaveProperty('unchanged');
  expect(asked).toEqual(['GET /data/c.csv']);
  for (const name of ['validation_report', 'c_csv', 'c_json', 'again_zip', 'c_csv_preview', 'c', 'c_parquet']) {
    const { '.dpp': at, ...stats } = second.at(name).stats as Record<string, unknown>;
    const { '.dpp': _, ...before } = first.at(name).stats;
    expect(stats).toEqual({ ...before, cached: true });
    expect(JSON.stringify(at)).toContain('/again/2/');
  }
  const packages = [];
  for (const { id } of [first, second]) packages.push((await world.anon.get(`/package/${id}/datapackage.json`)).body);
  const [one, two] = packages;
  expect(two.datahub.flowid).toBe(second.id);
  expect({ ...two, datahub: 0 }).toEqual({ ...one, datahub: 0 });
  expect(two.license).toBe('CC0-1.0');
  const issues = (await world.anon.get(`/source/${second.id}/issues`, key)).body;
  expect(issues.total).toBe(1);
  // And the next one is laid onto its table.
  const third = await run('again', resources, { ...more, load: { mode: 'append' } });
  expect(await rows(third.id, 'c')).toEqual(['id,city', '1,Lyon', '1,Lyon']);
});

test('what is loaded onto an earlier table is never the same twice', async () => {
  const append = { load: { mode: 'append' } };
  await run('onto', table, append);
  const second = await run('onto', table, append);
  expect(second.body.stats).not.toHaveProperty('unchanged');
  expect(await rows(second.id, 'c')).toHaveLength(3);
});

test('a lost file is made again', async () => {
  await run('lost', table);
  const sha256 = (await stateOf(`${me.id}/lost/1`)).at('c_json').stats.hash as string;
  await context.blobs.delete(sha256.replace('sha256:', ''));
  const second = await run('lost', table);
  expect(second.state).toBe('SUCCEEDED');
  expect(JSON.parse(await product(second.id, 'c_json'))).toEqual([{ city: 'Lyon', id: 1 }]);
});
