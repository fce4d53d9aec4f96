import { expect, test } from 'vitest';
import { Actor } from '../support/actor.ts';

const url = process.env.ACCEPTANCE_URL!;
const anon = new Actor(url, {});

async function admin(): Promise<Actor> {
  const answer = await anon.post('/auth', {
    email: process.env.ACCEPTANCE_EMAIL,
    password: process.env.ACCEPTANCE_PASSWORD,
  });
  expect(answer.status).toBe(200);
  return new Actor(url, { authorization: `Bearer ${answer.body.access_token}` });
}

const csv = 'place,day,cases\nNairobi,2024-01-01,12\nMombasa,2024-01-02,7\nKisumu,2024-01-03,nine\n';

test('the packed server takes a messy file and answers where each row comes from', async () => {
  const me = await admin();
  const project = await me.post('/api/v1/project', { title: 'Acceptance', slug: 'acceptance' });
  expect(project.status).toBe(201);
  const upload = await me.post(
    `/api/v1/upload?project_id=acceptance&dataset=cases&filename=cases.csv&on_error=quarantine&schema=${encodeURIComponent(
      JSON.stringify({
        fields: [
          { name: 'place', type: 'string' },
          { name: 'day', type: 'date' },
          { name: 'cases', type: 'integer' },
        ],
      }),
    )}`,
    csv,
    { 'content-type': 'text/csv', prefer: 'wait=30' },
  );
  expect(upload.body).toMatchObject({
    rows: { read: 3, inserted: 2, rejected: 1 },
    issues: { errors: 1 },
    run: { state: 'succeeded' },
  });
  const rows = await me.get(
    `/api/v1/dataset/${upload.body.dataset.id}/data.json?filter=${encodeURIComponent('cases > 10')}`,
  );
  expect(rows.body.items).toMatchObject([{ place: 'Nairobi', day: '2024-01-01', cases: 12 }]);
  const issues = await me.get(`/api/v1/upload/${upload.body.id}/issues.json`);
  expect(issues.text).toContain("Value 'nine' is not 'integer'. Column: 'cases', row: '3'");
});

test('the old Seedcase route and download work on the packed server', async () => {
  const me = await admin();
  const upload = await me.put(
    '/api/raw_data_file_upload?project_id=acceptance&dataset=old&filename=old.csv',
    'a,b\n1,2\n',
    { 'content-type': 'text/csv' },
  );
  expect(upload.status).toBe(201);
  const download = await me.get('/api/download_file?project_id=acceptance&dataset=old');
  expect(download.body).toEqual([{ a: 1, b: 2 }]);
});

test('the web app, the API description and its pages are in the package', async () => {
  expect((await anon.get('/app/')).text).toContain('<div id="root">');
  expect((await anon.get('/openapi.json')).body.openapi).toBe('3.1.0');
  expect((await anon.get('/docs/')).status).toBe(200);
});
