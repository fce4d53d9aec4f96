import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { report, secret, specOf } from '../flows/flow-world.ts';
import { granary, signedInTo } from '../support/command-line.ts';
import { somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld({ FLOW_RUNNER: 'external', FLOW_UPDATE_SECRET: secret });
const me = await somebody(world);
signedInTo(world.url, me.accessToken);
afterAll(() => world.runJobs());

function file(name: string, spec: unknown): string {
  const at = path.join(world.folder, name);
  writeFileSync(at, JSON.stringify(spec));
  return at;
}

test('a spec is checked, sent and looked at', async () => {
  const good = file('good.json', specOf(me, 'id', { schedule: 'every 1d' }));
  const checked = await granary('flow', 'validate', good);
  expect(checked.code).toBe(0);
  expect(checked.out).toContain('Creating Package');
  const bad = await granary('flow', 'validate', file('bad.json', specOf(me, 'id', { processing: 7 })));
  expect(bad.code).not.toBe(0);
  expect(bad.err).toContain('/processing: must be a list');

  const sent = await granary('flow', 'push', good, '--no-wait');
  expect(sent).toMatchObject({ code: 0, out: `${me.id}/id/1\n` });
  const { body } = await me.get(`/source/${me.id}/id/1`);
  for (const pipeline of Object.keys(body.pipelines))
    await report(world, { pipeline, event: 'finish', success: true, log: [`made ${pipeline.split('/').at(-1)}`] });
  const status = await granary('flow', 'status', `${me.id}/id`);
  expect(status.out).toMatch(/SUCCEEDED.*\n/);
  expect((await granary('flow', 'logs', `${me.id}/id/1`)).out).toContain('made cities_csv\n');
  expect((await granary('flow', 'schedule', `${me.id}/id`)).out).toMatch(/^every 1d, next at 20/);
  expect((await granary('flow', 'status', `${me.id}/none`)).code).not.toBe(0);
});

test('a spec in YAML is the same spec, and says where it is wrong', async () => {
  const { meta, inputs } = specOf(me, 'yaml');
  const at = path.join(world.folder, 'spec.yaml');
  writeFileSync(
    at,
    `# Ours\nmeta: ${JSON.stringify(meta)}\ninputs:\n  - ${JSON.stringify(inputs[0])}\nschedule: every 1d\n`,
  );
  const checked = await granary('flow', 'validate', at);
  expect(checked).toMatchObject({ code: 0 });
  const sent = await granary('flow', 'push', at, '--no-wait');
  expect(sent).toMatchObject({ code: 0, out: `${me.id}/yaml/1\n` });
  expect((await me.get(`/source/${me.id}/yaml/1`)).body.spec_contents.schedule).toBe('every 1d');
  writeFileSync(at, 'meta:\n  a: [1\nb: 2\n');
  const wrong = await granary('flow', 'validate', at);
  expect(wrong.code).not.toBe(0);
  expect(wrong.err).toMatch(/spec\.yaml is not YAML: .*line/s);
});
