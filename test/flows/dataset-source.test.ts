import { expect, test } from 'vitest';
import { startFlows } from './flow-server.ts';
import { flowOwner, upload } from './flow-world.ts';

const { world, me, key, files, specFor, run, stateOf, rows } = await startFlows();
const stranger = await flowOwner(world);
files['/own.csv'] = 'code,people\n1,500\n';
files['/towns.csv'] = 'code,town,day\n01,"Lyon, Rhône",2020-01-31\n02,,2020-02-01\n';
files['/areas.csv'] = 'code,km2\n1,48.50\n';
const schema = {
  fields: [
    { name: 'code', type: 'string' },
    { name: 'town', type: 'string' },
    { name: 'day', type: 'date' },
  ],
};
const towns = [{ name: 'towns', path: 'towns.csv', schema }];

/** Takes the columns of a table that is brought in beside its own. */
async function read(owner: typeof me, dataset: string, parameters: object) {
  const processing = [
    {
      input: 'own',
      output: 'own',
      dpp: [
        { run: 'load', parameters: { name: 'got', ...parameters } },
        {
          run: 'join',
          parameters: {
            source: { name: 'got', key: ['code'], delete: true },
            target: { name: 'own', key: '0{code}' },
            fields: { town: {}, day: {} },
          },
        },
      ],
    },
  ];
  const spec = specFor(dataset, [{ name: 'own', path: 'own.csv' }], { processing });
  const { body } = await upload(world, owner, { ...spec, meta: { ...spec.meta, ownerid: owner.id } });
  expect(body.errors).toEqual([]);
  await world.runJobs();
  const { body: status } = await world.anon.get(`/source/${body.flow_id}`, { 'auth-token': owner.token });
  return { id: body.flow_id as string, csv: status.pipelines[`${body.flow_id}/own_csv`] };
}
const visible = (owner: typeof me, path: string) => world.anon.get(path, { 'auth-token': owner.token });

test('the table of a published dataset is brought in by whoever, typed as it was published, and both tell of each other', async () => {
  const published = await run('towns', towns);
  const address = `granary://${me.id}/towns`;
  const theirs = await read(stranger, 'theirs', { url: address });
  expect(theirs.csv.error_log).toEqual([]);
  expect(await rows(theirs.id, 'own')).toEqual(['code,people,day,town', '1,500,2020-01-31,"Lyon, Rhône"']);
  const { body: lineage } = await visible(stranger, `/source/${theirs.id}/lineage?field=town`);
  expect(lineage.steps.find((one: { step: string }) => one.step === 'load').inputs[1]).toEqual({
    dataset: published.id,
    resource: 'towns',
    blob: expect.stringMatching(/^sha256:/),
  });
  const [{ source, hash }] = lineage.columns[0].sources;
  expect(source).toBe(`granary://${published.id}#towns`);
  const { body: origin } = await world.anon.get(`/source/${published.id}/lineage`, key);
  expect(origin.used_by).toMatchObject([{ id: theirs.id, source, hash }]);
  // A new revision there is a new table here.
  files['/towns.csv'] += '03,Metz,2020-03-01\n';
  files['/own.csv'] = 'code,people\n3,7\n';
  await run('towns', towns);
  const again = await read(stranger, 'theirs', { url: address });
  expect(await rows(again.id, 'own')).toEqual(['code,people,day,town', '3,7,2020-03-01,Metz']);
  const fixed = await read(stranger, 'theirs', { url: `${address}/1` });
  expect(await rows(fixed.id, 'own')).toEqual(['code,people,day,town', '3,7,,']);
});

test('a private one is for its owner, even where its outcome is remembered', async () => {
  const spec = specFor('hidden', towns);
  await upload(world, me, { ...spec, meta: { ...spec.meta, findability: 'private' } });
  await world.runJobs();
  const url = `granary://${me.id}/hidden`;
  const mine = await read(me, 'reads-hidden', { url });
  expect(mine.csv.error_log).toEqual([]);
  const theirs = await read(stranger, 'reads-hidden', { url });
  expect(theirs.csv.error_log).toEqual(['load', `${url} is not there, or not for this flow to read.`]);
  const left = await read(stranger, 'reads-hidden', { url, required: false });
  expect(left.csv.error_log[0]).toBe('join');
});

test('of several tables one is chosen by name', async () => {
  await run('several', [...towns, { name: 'areas', path: 'areas.csv' }]);
  const url = `granary://${me.id}/several`;
  const none = await read(me, 'chooses', { url });
  expect(none.csv.error_log).toEqual([
    'load',
    `${url} has 2 tables, of which "resource" must choose one: towns, areas`,
  ]);
  const one = await read(me, 'chooses', { url, resource: 'towns' });
  expect(one.csv.error_log).toEqual([]);
  expect((await stateOf(one.id)).state).toBe('SUCCEEDED');
});
