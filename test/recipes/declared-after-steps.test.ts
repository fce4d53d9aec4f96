import { expect, test } from 'vitest';
import { ingest } from './support/ingest.ts';

// A recipe makes new columns of the staged ones; the schema is about those, under their new names.
test('columns that a schema declares are known to it also after cleaning steps, and only what is left can be unexpected', async () => {
  const { issues } = await ingest('a.csv', 'town,pop,more,gone\n x ,1,2,3\n', {
    recipe: [
      { function: 'trim' },
      { function: 'rename', params: { columns: { pop: 'population' } } },
      { function: 'drop', params: { columns: ['gone'] } },
    ],
    schema: {
      fields: [
        { name: 'town', type: 'string' },
        { name: 'population', type: 'integer' },
      ],
    },
  });
  expect(issues.map(({ code, column }) => [code, column])).toEqual([['extra-header', 'more']]);
});
