import type { Context } from '../platform/context.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { changeDefinition } from './change-definition.ts';
import { calculationCycle } from './errors.ts';
import { roles } from './pure/operators.ts';
import { lockFormulas, shortNameOf } from './store.ts';

const formula = ['indicator_id', 'indicator_component_id', 'calculation'];

export function indicatorCalculationResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'indicator_calculation',
    object_class: 'indicator_calculation',
    help: 'One component of a calculated indicator, and its role.',
    fields: {
      id: { type: 'integer', sql_type: 'integer', readonly: true },
      indicator_id: {
        type: 'integer',
        sql_type: 'integer',
        references: { resource: 'indicator' },
      },
      indicator_component_id: { type: 'integer', sql_type: 'integer', references: { resource: 'indicator' } },
      calculation: { type: 'string', choices: roles },
      created_at: { type: 'datetime', auto: 'created' },
      updated_at: { type: 'datetime', auto: 'updated' },
    },
    query_fields: [
      'id',
      'indicator_id',
      'indicator_component_id',
      'indicator_component__short_name',
      'calculation',
      'created_at',
      'updated_at',
    ],
    required_fields_for_post: ['indicator_id', 'indicator_component_id', 'calculation'],
    natural_keys: [['indicator_id', 'indicator_component_id', 'calculation']],
    delete_by_filter: true,
    permission: { read: 'metadata.read', write: 'metadata.write' },
    hooks: {
      lock: lockFormulas,
      // In front of the row's own check, whose words nobody would understand; longer ways round are found afterwards.
      beforeWrite: async (value, { tx, before }) => {
        const whole = value.indicator_id ?? before?.indicator_id;
        const part = value.indicator_component_id ?? before?.indicator_component_id;
        if (whole !== part) return;
        const name = await shortNameOf(tx, Number(whole));
        if (name !== undefined) throw calculationCycle([name, name]);
      },
      afterWrite: async (changes, { tx }) => {
        const changed = changes
          .filter(({ before, after }) => formula.some((field) => before?.[field] !== after?.[field]))
          .flatMap(({ before, after }) => [before?.indicator_id, after?.indicator_id])
          .filter((id) => typeof id === 'number');
        if (changed.length > 0) await changeDefinition(context, tx, [...new Set(changed)]);
      },
    },
  });
}
