import { expect, test } from 'vitest';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const admin = await somebody(world, { role: 'ADMIN' });

/** Addresses below resources refuse in the words resources have (contract monitoring §2.6 and §2.7). */
const map = 'source_object_map';
const decisions = 'accept, unmap, ignore, restore';
test.each<[string, number, string]>([
  ['campaign_datapoint/abc/lineage', 400, "invalid id: 'abc'"],
  ['date_datapoint/1.5/lineage/', 400, "invalid id: '1.5'"],
  ['location/abc/explain_access', 400, "invalid id: 'abc'"],
  ['source_doc/abc/file', 400, "invalid id: 'abc'"],
  [`${map}/abc/preview?master_object_id=1`, 400, "invalid id: 'abc'"],
  [`${map}/abc/history/`, 400, "invalid id: 'abc'"],
  [`${map}/5/preview`, 400, 'Missing required parameter master_object_id'],
  [`${map}/5/preview?master_object_id=x`, 400, "invalid master_object_id: 'x'"],
  [
    `${map}/5/preview?master_object_id=1&master_object_id=2`,
    400,
    "The 'master_object_id' parameter is given more than once.",
  ],
  [`${map}/5/preview?master_object_id=1&foo=1`, 400, "'foo' is not a parameter of this request."],
  [`${map}/export?content_type=planet`, 400, "invalid content_type: 'planet'"],
  ['campaign_datapoint/5/lineage?format=xml', 406, "'xml' is not a format of this resource: json, prov"],
  ['datapoint/lineage?format=xml&indicator_id=1', 406, "'xml' is not a format of this resource: json, prov"],
  ['datapoint/lineage?indicator_id=x', 400, "invalid indicator_id: 'x'"],
  [`${map}/5/history?foo=1`, 400, "'foo' is not a parameter of this request."],
  ['source_doc/5/file?foo=1', 400, "'foo' is not a parameter of this request."],
  ['campaign_datapoint/5/lineage?limit=0', 400, "invalid limit: '0'"],
  ['campaign_datapoint/5/lineage', 404, 'No campaign_datapoint object found for id : 5'],
])('GET %s', async (path, status, error) => {
  const answer = await admin.get(`/api/v1/${path}`);
  expect([answer.status, answer.body.error]).toEqual([status, error]);
});

test.each<[string, unknown, string]>([
  [`${map}/apply`, {}, 'missing params set(decision)'],
  [`${map}/apply`, undefined, 'The body must be one object.'],
  [`${map}/apply`, { decision: 'perhaps' }, `decision must be one of ${decisions}`],
  [`${map}/apply`, { decision: 'accept', decisions: 1 }, `'decisions' is not a field of ${map}`],
  [`${map}/apply`, { decision: 'accept', ids: ['x'] }, 'ids/0 must be an integer'],
  [`${map}/apply`, { decision: 'accept', dry_run: 'x' }, 'dry_run must be true or false'],
  ['source_doc/abc/undo', {}, "invalid id: 'abc'"],
  ['source_doc/5/undo', { undone: 'x' }, 'undone must be true or false'],
  ['source_doc/5/undo', { foo: true }, "'foo' is not a field of source_doc"],
  ['source_doc/5/undo?foo=1', {}, "'foo' is not a parameter of this request."],
  ['geo/import?dry_run=x', '{}', "invalid dry_run: 'x'"],
])('POST %s %j', async (path, body, error) => {
  const answer = await admin.post(`/api/v1/${path}`, body);
  expect([answer.status, answer.body.error]).toEqual([400, error]);
});

test('all that is wrong with a body is told at once', async () => {
  const { body } = await admin.post(`/api/v1/${map}/apply`, { decision: 'no', ids: ['x'], status: 1 });
  expect(body.errors).toEqual([
    { pointer: '/decision', code: 'invalid_value', message: `decision must be one of ${decisions}` },
    { pointer: '/ids/0', code: 'invalid_value', message: 'ids/0 must be an integer' },
    {
      pointer: '/status',
      code: 'invalid_value',
      message: 'status must be one of unmapped, suggested, mapped, ignored',
    },
  ]);
});
