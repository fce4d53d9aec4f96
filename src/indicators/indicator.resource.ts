import { idsOf } from '../locations/index.ts';
import type { Context } from '../platform/context.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { changeDefinition, checkFormula } from './change-definition.ts';
import { definitionChanging, type ValueDefinition } from './changes.ts';
import { invalidField } from './errors.ts';
import { checkIndicator, type Definition } from './pure/check-indicator.ts';
import { dataFormats, operators } from './pure/operators.ts';
import { lockFormulas, tagged } from './store.ts';

const number = { type: 'number', nullable: true } as const;

/** Fields that alter values when they change. */
const defining = ['data_format', 'resource_name', 'aggregation', 'weight_indicator_id'] as const;

export function indicatorResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'indicator',
    object_class: 'indicator',
    help: 'What is counted or measured.',
    fields: {
      id: { type: 'integer', sql_type: 'integer', readonly: true },
      short_name: { type: 'string', blank: false, unique: true, maxLength: 255 },
      name: { type: 'string', blank: false, unique: true, maxLength: 255 },
      description: { type: 'string', default: '' },
      is_reported: { type: 'boolean', default: true, help: 'Collected, not only calculated.' },
      data_format: { type: 'string', choices: dataFormats, help: 'pct is a fraction: 0.25 is 25 %.' },
      resource_name: { type: 'string', choices: ['campaign', 'date'], default: 'campaign', help: 'Collected per …' },
      source_name: { type: 'string', default: '' },
      unit: { type: 'string', nullable: true },
      aggregation: { type: 'string', nullable: true, choices: operators, help: 'Null: the default of data_format.' },
      weight_indicator_id: {
        type: 'integer',
        sql_type: 'integer',
        nullable: true,
        references: { resource: 'indicator' },
        help: 'For weighted_mean.',
      },
      min: { ...number, help: 'Lower values are refused.' },
      max: { ...number, help: 'Higher values are refused.' },
      good_bound: number,
      bad_bound: number,
      categories: { type: 'list', nullable: true, help: 'For class: [{"value": 1, "label": "low"}].' },
      aliases: { type: 'list', default: [], help: 'Other names it goes by in files.' },
      bound_json: {
        type: 'list',
        expression: `select coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'bound_name', b.bound_name,
          'mn_val', b.mn_val, 'mx_val', b.mx_val, 'direction', b.direction) order by b.id), '[]')
          from indicator_bound b where b.indicator_id = {t}.id`,
        help: 'Its bounds, for colours and legends.',
      },
      tag_json: {
        type: 'list',
        expression: `select coalesce(jsonb_agg(g.indicator_tag_id order by g.indicator_tag_id), '[]')
          from indicator_to_tag g where g.indicator_id = {t}.id`,
        help: 'Ids of its tags.',
      },
      definition_version: {
        type: 'integer',
        sql_type: 'integer',
        readonly: true,
        help: 'One more on every change that alters values, here or in what it is calculated from.',
      },
      created_at: { type: 'datetime', auto: 'created' },
      updated_at: { type: 'datetime', auto: 'updated' },
    },
    required_fields_for_post: ['name', 'short_name', 'data_format'],
    order: ['name'],
    permission: { read: 'metadata.read', write: 'metadata.write' },
    parameters: { indicator_tag_id: { type: 'string', help: 'Carrying any of these tags; ids separated by commas.' } },
    hooks: {
      lock: lockFormulas,
      select: (query, { indicator_tag_id: tags }) => {
        if (tags !== undefined) query.where(tagged(query.column('id'), idsOf('indicator_tag_id', String(tags))));
      },
      beforeWrite: (value, { before }) => {
        // With the write itself, so that its answer shows the version it made.
        if (before !== null && isRedefined(before, { ...before, ...value })) {
          value.definition_version = Number(before.definition_version) + 1;
        }
        const problem = checkIndicator(definitionOf(before, value));
        if (problem) throw invalidField(problem.field, problem.message);
        const aliases: unknown[] = value.aliases ?? [];
        if (!aliases.every((alias) => typeof alias === 'string' && alias.trim() !== '')) {
          throw invalidField('aliases', 'aliases must be a list of texts');
        }
      },
      afterWrite: async (changes, { tx }) => {
        const redefined: number[] = [];
        for (const { id, before, after } of changes) {
          if (after === null) continue;
          if (before === null) {
            await checkFormula(tx, Number(id));
            continue;
          }
          const [was, is] = [before, after] as unknown as [ValueDefinition, ValueDefinition];
          await definitionChanging.tell(context, tx, { indicatorId: Number(id), before: was, after: is });
          if (isRedefined(before, after)) redefined.push(Number(id));
        }
        if (redefined.length > 0) await changeDefinition(context, tx, redefined, redefined);
      },
    },
  });
}

const isRedefined = (before: Record<string, unknown>, after: Record<string, unknown>) =>
  defining.some((field) => before[field] !== after[field]);

/** The fields as they will be, whether they are written now or stay. */
function definitionOf(before: Record<string, unknown> | null, value: object): Definition {
  const merged = { ...before, ...value } as Record<keyof Definition, unknown>;
  const orNull = (field: keyof Definition) => (merged[field] === undefined ? null : merged[field]);
  return {
    data_format: merged.data_format as Definition['data_format'],
    aggregation: orNull('aggregation') as Definition['aggregation'],
    weight_indicator_id: orNull('weight_indicator_id') as number | null,
    min: orNull('min') as number | null,
    max: orNull('max') as number | null,
    categories: orNull('categories'),
  };
}
