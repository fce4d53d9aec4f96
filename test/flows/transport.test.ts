import { expect, test } from 'vitest';
import { startFlows } from './flow-server.ts';
import { upload } from './flow-world.ts';

const { world, me, key, base, files, rows } = await startFlows({ GRANARY_RATE_LIMIT: '30' });

test('a descriptor may be YAML', async () => {
  files['/data/c.csv'] = 'id\n1\n';
  files['/datapackage.yml'] = '# Ours\nname: cities\ntitle: Cities\nresources:\n  - name: c\n    path: data/c.csv\n';
  const meta = { owner: 'Me', ownerid: me.id, dataset: 'yml', findability: 'published' };
  const spec = (name: string) => ({ meta, inputs: [{ kind: 'datapackage', url: `${base}/${name}` }] });
  const { body } = await upload(world, me, spec('datapackage.yml'));
  expect(body.errors).toEqual([]);
  await world.runJobs();
  expect(await rows(body.flow_id, 'c')).toEqual(['id', '1']);
  files['/wrong.yaml'] = 'a: [1\nb: 2\n';
  const wrong = await upload(world, me, spec('wrong.yaml'));
  expect(wrong.body.errors).toEqual([`Unexpected error: ${base}/wrong.yaml is not YAML`]);
  // Nine levels of nine are four hundred million.
  const list = (name: string) => `[${Array(9).fill(`*${name}`).join(', ')}]`;
  files['/bomb.yaml'] = `a: &a [x]\n${[...'bcdefghi'].map((n, i) => `${n}: &${n} ${list('abcdefgh'[i]!)}\n`).join('')}`;
  const bomb = await upload(world, me, spec('bomb.yaml'));
  expect(bomb.body.errors).toEqual([`Unexpected error: ${base}/bomb.yaml is not YAML`]);
});

test('too many requests are told as a page, or as JSON to who asks for it', async () => {
  const ask = (headers: Record<string, string> = {}) => world.anon.get(`/source/${me.id}/yml/latest`, headers);
  let answer = await ask();
  for (let n = 0; n < 40 && answer.status !== 429; n += 1) answer = await ask();
  expect(answer.status).toBe(429);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(answer.text).toContain('429 Too Many Requests');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  const json = await ask({ accept: 'application/json' });
  expect(json.status).toBe(429);
  expect(json.body).toEqual({ success: false, errors: ['429 Too Many Requests'] });
  const sent = await world.anon.post('/source/upload', {}, key);
  expect([sent.status, sent.text.includes('429 Too Many Requests')]).toEqual([429, true]);
});
