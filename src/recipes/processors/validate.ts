import Type from 'typebox';
import { primaryKeyOf } from '../pure/table-schema.ts';
import { canonicalField, castCells } from './cast-cells.ts';
import { plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import type { BadCell } from './step-context.ts';

interface Params {
  resources?: ResourceSelector;
  on_error?: BadCell;
}

export const validate = processor<Params>({
  name: 'validate',
  version: '1.0.0',
  title: 'Check again',
  description:
    'Values are checked again by the types and constraints of their fields. `on_error`: `fail`, `reject_row` or `null_value`; default: the policy of the table.',
  params: Type.Object({
    resources: resourceSelector,
    on_error: Type.Optional(Type.Enum(['fail', 'reject_row', 'null_value'])),
  }),
  plan(params, plan) {
    plannedTables(plan, params.resources);
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const keys = primaryKeyOf({ ...relation.schema, fields: [] });
      const targets = relation.fields.map((field, index) => {
        const { constraints } = field;
        const required = keys.includes(field.name) ? { ...constraints, required: true } : constraints;
        return { index, field: canonicalField(required === undefined ? field : { ...field, constraints: required }) };
      });
      const checked = await castCells(work, relation, targets, params.on_error ?? work.badCell, true);
      work.put({ ...checked, fields: relation.fields });
    }
  },
});
