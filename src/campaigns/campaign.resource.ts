import type { Context } from '../platform/context.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { campaignsChanged } from './changes.ts';
import { endBeforeStart } from './errors.ts';

const id = { type: 'integer', sql_type: 'integer', readonly: true } as const;
const times = {
  created_at: { type: 'datetime', auto: 'created' },
  updated_at: { type: 'datetime', auto: 'updated' },
} as const;
const permission = { read: 'metadata.read', write: 'metadata.write' } as const;

export const campaignTypeResource: ResourceDeclaration = resource({
  resource_name: 'campaign_type',
  object_class: 'campaign_type',
  help: 'Kinds of campaigns.',
  fields: { id, name: { type: 'string', blank: false, unique: true, maxLength: 200 }, ...times },
  required_fields_for_post: ['name'],
  order: ['name'],
  permission,
});

export function campaignResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'campaign',
    object_class: 'campaign',
    help: 'Named periods, the unit of collection of campaign indicators.',
    fields: {
      id,
      name: { type: 'string', blank: false, maxLength: 255, normalize: true },
      campaign_type_id: { type: 'integer', sql_type: 'integer', references: { resource: 'campaign_type' } },
      start_date: { type: 'date' },
      end_date: { type: 'date' },
      ...times,
    },
    required_fields_for_post: ['name', 'campaign_type_id', 'start_date', 'end_date'],
    natural_keys: [['campaign_type_id', 'start_date']],
    order: ['-start_date'],
    permission,
    hooks: {
      beforeWrite: (value, { before }) => {
        const start = String(value.start_date ?? before?.start_date);
        // ISO days compare as text.
        if (String(value.end_date ?? before?.end_date) < start) throw endBeforeStart();
      },
      afterWrite: async (changes, { tx }) => {
        const redated = changes.filter(
          ({ before, after }) =>
            before !== null &&
            after !== null &&
            (before.start_date !== after.start_date || before.end_date !== after.end_date),
        );
        if (redated.length === 0) return;
        await campaignsChanged.tell(context, tx, { campaignIds: redated.map(({ id }) => Number(id)) });
      },
    },
  });
}
