import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { makeTree, must, someone } from '../locations/places-world.ts';
import { Actor } from '../support/actor.ts';
import { countStatements } from '../support/count-statements.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const { pool } = world.context.db;
const admin = await someone(world, 'SUPERADMIN');
const plain = await someone(world);
const { ids, types } = await makeTree(admin);

interface Entry {
  seq: number;
  action: string;
  object: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  [name: string]: unknown;
}
const entries = async (query: string, actor: Actor = admin): Promise<Entry[]> =>
  (await must(actor.get(`/api/v1/audit/?${query}`), 200)).objects;
const verify = () =>
  spawnSync(process.execPath, ['src/main.ts', 'audit', 'verify'], {
    env: { PATH: process.env.PATH, DATABASE_URL: world.databaseUrl, GRANARY_DATA_DIR: world.folder },
    encoding: 'utf8',
  });

test('who changed what, from where and why, with what differs', async () => {
  const place = `/api/v1/location/${ids.x}/`;
  await must(
    admin.patch(
      place,
      { lpd_status: 3 },
      { 'x-action-note': Buffer.from('visited on 4 May – gone').toString('latin1') },
    ),
    202,
  );
  const [entry] = await entries(`object=location/${ids.x}`);
  expect(entry).toMatchObject({
    action: 'location.update',
    actor: admin.id,
    actor_name: expect.any(String),
    on_behalf_of: null,
    ip: '127.0.0.1',
    before: { lpd_status: null },
    after: { lpd_status: 3 },
    note: 'visited on 4 May – gone',
    project_id: null,
    run: null,
  });
  await must(admin.patch(place, { lpd_status: 3 }), 202);
  expect((await entries(`object=location/${ids.x}`)).map(({ action }) => action)).toEqual([
    'location.update',
    'location.create',
  ]);
});

test('what is refused, and what is only tried, was never said', async () => {
  const count = async () => (await entries('limit=1')).map(({ seq }) => seq);
  const before = await count();
  expect((await admin.patch(`/api/v1/location/${ids.a}/`, { parent_location_id: ids.x })).status).toBe(400);
  expect((await plain.patch(`/api/v1/location/${ids.a}/`, { name: 'mine' })).status).toBe(404);
  const csv = 'location_code,name,location_type,parent_location_code\nT1,Try,Clinic,a\n';
  await must(admin.post('/api/v1/location/import?dry_run=true', csv, { 'content-type': 'text/csv' }), 200);
  expect(await count()).toEqual(before);
  await must(admin.post('/api/v1/location/import', csv, { 'content-type': 'text/csv' }), 200);
  expect((await entries('action=location.import'))[0]?.after).toMatchObject({ created: 1 });
});

test('of values it says which, and never what', async () => {
  const { id: indicator } = await must(
    admin.post('/api/v1/indicator/', {
      short_name: 'seen',
      name: 'Seen',
      data_format: 'int',
      resource_name: 'campaign',
    }),
    201,
  );
  const { id: campaignType } = await must(admin.post('/api/v1/campaign_type/', { name: 'round' }), 201);
  const { id: campaign } = await must(
    admin.post('/api/v1/campaign/', {
      name: 'May',
      start_date: '2020-05-01',
      end_date: '2020-05-31',
      campaign_type_id: campaignType,
    }),
    201,
  );
  const cell = { indicator_id: indicator, campaign_id: campaign, location_id: ids.x };
  const { id } = await must(admin.post('/api/v1/campaign_datapoint/', { ...cell, value: 4711 }), 201);
  await must(admin.patch(`/api/v1/campaign_datapoint/${id}/`, { value: 4712 }), 202);
  await must(admin.delete(`/api/v1/campaign_datapoint/${id}/`), 204);
  const said = await entries(`object=campaign_datapoint/${id}`);
  expect(said.map(({ action, before, after }) => [action, before, after])).toEqual([
    ['campaign_datapoint.delete', cell, null],
    ['campaign_datapoint.update', cell, cell],
    ['campaign_datapoint.create', null, cell],
  ]);
  expect(JSON.stringify(await entries('limit=0'))).not.toMatch(/471[12]/);
});

test('many objects are many entries in one statement', async () => {
  const clinics = (n: number, letter: string) =>
    Array.from({ length: n }, (_, at) => ({
      name: `${letter} ${at}`,
      location_code: `${letter}${at}`,
      location_type_id: types.Clinic,
      parent_location_id: ids.b,
    }));
  const taken = (n: number, letter: string) =>
    countStatements(world.context, () => must(admin.post('/api/v1/location/', { objects: clinics(n, letter) }), 201));
  await taken(2, 'l');
  expect(await taken(40, 'm')).toBe(await taken(3, 'n'));
  expect(await entries('action=location.create&object__startswith=location/&limit=0')).toHaveLength(8 + 2 + 40 + 3);
});

test('tokens, roles and members are told, without secrets; a token acts in the name of its owner', async () => {
  const made = await must(admin.post('/api/v1/token', { name: 'nightly', verbs: ['GET', 'PATCH'] }), 201);
  const program = new Actor(world.url, { authorization: `Bearer ${made.token}` });
  await must(program.patch(`/api/v1/location/${ids.d}/`, { latitude: 1 }), 202);
  await must(admin.delete(`/api/v1/token/${made.id}`), 204);
  await must(admin.patch(`/api/v1/user/${plain.id}`, { role: 'ADMIN', name: 'Secret Name' }), 200);
  await must(admin.patch(`/api/v1/user/${plain.id}`, { role: 'USER' }), 200);
  const project = await must(admin.post('/api/v1/project', { title: 'Water' }), 201);
  await must(admin.post(`/api/v1/project/${project.id}/members`, { user: plain.id, role: 'owner' }), 201);
  const said = (await entries(`actor=${admin.number}&limit=7`)).map(({ action, object, after }) => [
    action,
    object,
    after,
  ]);
  expect(said).toEqual([
    ['project_member.set', `user/${plain.id}`, { role: 'owner' }],
    ['project.create', `project/${project.id}`, expect.objectContaining({ title: 'Water' })],
    ['user.update', `user/${plain.id}`, { role: 'USER' }],
    ['user.update', `user/${plain.id}`, { role: 'ADMIN' }],
    ['token.delete', `token/${made.id}`, null],
    ['location.update', `location/${ids.d}`, { latitude: 1 }],
    ['token.create', `token/${made.id}`, { name: 'nightly', verbs: ['GET', 'PATCH'] }],
  ]);
  const all = JSON.stringify(await entries('limit=0'));
  expect(all).not.toContain(made.token);
  expect(all).not.toContain('Secret Name');
  // An owner reads what concerns their project, and nothing else.
  expect((await entries('limit=0', plain)).map(({ action }) => action)).toEqual([
    'project_member.set',
    'project.create',
  ]);
});

test('files, datasets and revisions are told to owners of the project', async () => {
  const project = (await admin.get('/api/v1/project?slug=water')).body.objects[0];
  const url = `/api/raw_data_file_upload?project_id=${project.id}&dataset=rivers`;
  const sent = await admin.put(url, 'name,length\nTana,1000\n', { 'content-type': 'text/csv', prefer: 'wait=0' });
  expect(sent.status).toBeLessThan(300);
  await world.runJobs();
  const [dataset] = (await admin.get(`/api/v1/dataset?project_id=${project.id}`)).body.objects;
  await must(admin.patch(`/api/v1/dataset/${dataset.id}`, { title: 'Rivers' }), 200);
  await must(admin.delete(`/api/v1/dataset/${dataset.id}`), 204);
  await must(admin.post(`/api/v1/dataset/${dataset.id}/restore`), 200);
  const said = await entries(`dataset_id=${dataset.id}`, plain);
  expect(said.map(({ action }) => action)).toEqual([
    'dataset.restore',
    'dataset.delete',
    'dataset.update',
    'upload.create',
  ]);
  expect(said[3]).toMatchObject({ project_id: project.id, after: { dataset: 'rivers' }, run: expect.any(String) });
});

test('it is filtered by time and read as CSV', async () => {
  expect(await entries('from=2100-01-01')).toEqual([]);
  expect(await entries('to=2000-01-01')).toEqual([]);
  expect((await entries('from=2000-01-01&to=2100-01-01&limit=3')).length).toBe(3);
  const csv = await admin.get('/api/v1/audit/?format=csv&fields=seq,action&action=location_type.create');
  expect(csv.text.split('\n')[0]?.trim()).toBe('seq,action');
  expect((await admin.post('/api/v1/audit/', { action: 'x' })).status).toBe(405);
});

test('it is only added to, and a change behind our back is found', async () => {
  const [last] = await entries('limit=1');
  const intact = verify();
  expect([intact.status, intact.stdout.trim()]).toEqual([0, `${last!.seq} entries, the last with hash ${last!.hash}`]);
  for (const change of [
    `update audit_entry set action = 'x' where seq = 3`,
    'delete from audit_entry where seq = 3',
    'truncate audit_entry',
  ]) {
    await expect(pool.query(change)).rejects.toThrow('only added to');
  }
  await pool.query('alter table audit_entry disable trigger user');
  await pool.query(`update audit_entry set note = 'nothing to see' where seq = 3`);
  const changed = verify();
  expect([changed.status, changed.stdout]).toEqual([1, expect.stringContaining('entry 3: changed')]);
  await pool.query('delete from audit_entry where seq = 3');
  const missing = verify();
  expect([missing.status, missing.stdout]).toEqual([
    1,
    expect.stringContaining('entry 4: not after the entry before it'),
  ]);
});
