import Type from 'typebox';
import { primaryKeyOf } from '../pure/table-schema.ts';
import { isNumeric, normalNumber, scanNumbers } from './numbers.ts';
import { plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { column, fieldIndex, from } from './step-work.ts';

export const deduplicate = processor<{ resources?: ResourceSelector }>({
  name: 'deduplicate',
  version: '1.0.0',
  title: 'First row per primary key',
  description: 'Of rows with equal `primaryKey` only the first stays. A table without primary key stays as it is.',
  params: Type.Object({ resources: resourceSelector }, { additionalProperties: false }),
  plan(params, plan) {
    plannedTables(plan, params.resources);
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const indexes = primaryKeyOf({ ...relation.schema, fields: [] }).map((name) => fieldIndex(relation, name));
      if (indexes.length === 0) {
        work.log(`deduplicate: "${relation.resource}" has no primary key and stays as it is`);
        continue;
      }
      const keys: string[] = [];
      for (const index of indexes) {
        const [numbers] = isNumeric(relation.fields[index]!) ? await scanNumbers(work, relation, [index]) : [];
        keys.push(numbers ? normalNumber(numbers) : column(index));
      }
      const first = `select * from ${from(relation)} qualify row_number() over (partition by ${keys.join(', ')} order by _ord) = 1`;
      work.put({ ...relation, table: await work.table(first, relation) });
    }
  },
});
