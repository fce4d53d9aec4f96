import { afterAll, expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';
import { flowOwner, specOf, upload } from './flow-world.ts';

const world = await startWorld({
  GRANARY_RATE_LIMIT: '1000',
  FLOW_UPLOADS_PER_MINUTE: '3',
  FLOW_RUNNER: 'external',
});
afterAll(() => world.runJobs());

test('an owner who sends too much waits; others and what was accepted know nothing of it', async () => {
  const [ann, bob] = [await flowOwner(world), await flowOwner(world)];
  const names = ['a', 'b', 'c', 'd', 'e'];
  const answers = await Promise.all(names.map((name) => upload(world, ann, specOf(ann, name))));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
  const [refused] = answers.filter(({ status }) => status === 429);
  expect(refused!.text).toContain('429 Too Many Requests');
  expect(Number(refused!.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await ann.get('/source')).body.datasets.length).toBe(3);
  expect((await upload(world, bob, specOf(bob))).body.success).toBe(true);
  // Looking whether a spec is good is no upload, and what is wrong with one is said first.
  const dry = await world.anon.post('/source/upload?dry_run=true', specOf(ann, 'f'), { 'auth-token': ann.token });
  expect(dry.body.success).toBe(true);
  const wrong = await upload(world, ann, specOf(ann, 'f', { schedule: 'hourly' }));
  expect(wrong.body.errors).toEqual(["Schedule should start with 'every'"]);
});
