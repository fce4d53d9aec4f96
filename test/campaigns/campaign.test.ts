import { expect, test } from 'vitest';
import { campaignsChanged } from '../../src/campaigns/index.ts';
import { must, someone } from '../locations/places-world.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const admin = await someone(world, 'ADMIN');
const told: number[][] = [];
campaignsChanged.listen(world.context, async (_tx, { campaignIds }) => {
  told.push(campaignIds);
});
const type = (await must(admin.post('/api/v1/campaign_type/', { name: 'National' }), 201)).id;
const url = '/api/v1/campaign/';
const campaign = (start_date: string, end_date: string, more: object = {}) =>
  admin.post(url, { name: `of ${start_date}`, campaign_type_id: type, start_date, end_date, ...more });

test('campaigns, the latest first', async () => {
  await must(campaign('2020-01-01', '2020-01-31'), 201);
  await must(campaign('2021-05-01', '2021-05-01'), 201);
  const { body } = await admin.get(url);
  expect(body.objects.map((row: { start_date: string }) => row.start_date)).toEqual(['2021-05-01', '2020-01-01']);
  expect(body.objects[0]).toMatchObject({ name: 'of 2021-05-01', campaign_type_id: type, end_date: '2021-05-01' });
  expect((await admin.get(`${url}?start_date__gte=2021-01-01`)).body.meta.total_count).toBe(1);
  expect((await admin.get(`${url}?campaign_type=${type}`)).body.meta.total_count).toBe(2);
  expect((await admin.get(`${url}?start_date__year=2020`)).body.meta.total_count).toBe(1);
});

test.each([
  [
    () => campaign('2020-01-01', '2020-02-01'),
    409,
    () => `key: "campaign_type_id, start_date" with value: "${type}, 2020-01-01" already exists`,
  ],
  [() => campaign('2022-02-02', '2022-02-01'), 400, () => 'end_date must not be before start_date'],
  [() => campaign('2022-02-30', '2022-03-01'), 400, () => 'start_date must be a date as YYYY-MM-DD'],
  [
    () => campaign('2022-02-01', '2022-03-01', { campaign_type_id: 99 }),
    400,
    () => 'campaign_type_id 99 does not exist',
  ],
  [() => admin.post(url, {}), 400, () => 'missing params set(campaign_type_id, end_date, name, start_date)'],
  [() => admin.post('/api/v1/campaign_type/', {}), 400, () => 'missing params set(name)'],
  [() => admin.delete(`/api/v1/campaign_type/${type}/`), 409, () => `campaign_type ${type} is used by campaign (2)`],
])('refused %#', async (write, status, error) => {
  const answer = await write();
  expect([answer.status, answer.body.error]).toEqual([status, error()]);
});

test('a change of one date is checked against the other, and told', async () => {
  const [row] = (await admin.get(`${url}?start_date=2020-01-01`)).body.objects;
  const early = await admin.patch(`${url}${row.id}/`, { end_date: '2019-12-31' });
  expect(early.body.errors).toEqual([
    { pointer: '/end_date', code: 'invalid_value', message: 'end_date must not be before start_date' },
  ]);
  expect(told).toEqual([]);
  await must(admin.patch(`${url}${row.id}/`, { name: 'renamed' }), 202);
  expect(told).toEqual([]);
  await must(admin.patch(`${url}${row.id}/`, { start_date: '2020-01-15' }), 202);
  expect(told).toEqual([[row.id]]);
});

test('one start per kind: another kind may begin that day; a campaign may be a day long', async () => {
  const other = (await must(admin.post('/api/v1/campaign_type/', { name: ' Sub   national ' }), 201)).id;
  const made = await must(campaign('2021-05-01', '2021-05-01', { campaign_type_id: other, name: '  a  name ' }), 201);
  expect([made.name, made.campaign_type_id]).toEqual(['a name', other]);
  const taken = await admin.patch(`${url}${made.id}/`, { campaign_type_id: type });
  expect([taken.status, taken.body.error]).toEqual([
    409,
    `key: "campaign_type_id, start_date" with value: "${type}, 2021-05-01" already exists`,
  ]);
  const names = (await admin.get('/api/v1/campaign_type/')).body.objects.map((row: { name: string }) => row.name);
  expect(names).toEqual(['National', 'Sub national']);
  for (const [name, status] of [
    ['Sub national', 409],
    ['sub national', 201],
  ] as const) {
    expect((await admin.post('/api/v1/campaign_type/', { name })).status).toBe(status);
  }
});

test('two of the same start at once: one is made', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => campaign('2030-01-01', '2030-01-02')));
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
});
