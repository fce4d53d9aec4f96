import Type from 'typebox';
import { checkAgain } from './check-again.ts';
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
  version: '1.1.0',
  title: 'Check again',
  description:
    'Values are checked again by the types, constraints and keys of their fields. `on_error`: `fail`, `reject_row` or `null_value`; default: the policy of the table. What a key that stands twice means is for `policy.unique` to say. After the last step this is done anyway.',
  params: Type.Object({
    resources: resourceSelector,
    on_error: Type.Optional(Type.Enum(['fail', 'reject_row', 'null_value'])),
  }),
  plan(params, plan) {
    plannedTables(plan, params.resources);
  },
  async run(params, work) {
    const policy = { cast: params.on_error ?? work.badCell, unique: work.notUnique };
    for (const relation of work.selected(params.resources)) work.put(await checkAgain(work, relation, policy));
  },
});
