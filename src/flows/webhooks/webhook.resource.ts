import type { Context } from '../../platform/context.ts';
import { seal } from '../../platform/crypto/index.ts';
import { sql } from '../../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../../resource/index.ts';
import { eventsUnknown, invalidWebhookUrl, secretTooShort } from './errors.ts';
import { webhookEvents } from './queue-deliveries.ts';

const minSecretLength = 16;

/** Who is told when flows are queued, start and finish. Of a project (its managers), or of one person alone. */
export function webhookResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'webhook',
    object_class: 'webhook',
    help: 'Addresses that are told what happens to flows; signed with the secret, tried eight times over a day.',
    fields: {
      id: { type: 'uuid', readonly: true },
      project_id: { type: 'uuid', nullable: true, references: { resource: 'project', on_delete: 'cascade' } },
      owner_id: { type: 'uuid', readonly: true, help: 'Who made it.' },
      personal_owner_id: { type: 'uuid', nullable: true, readonly: true, secret: true },
      url: { type: 'string', blank: false, maxLength: 2000 },
      events: { type: 'list', help: webhookEvents.join(', ') },
      secret: { type: 'string', secret: true, blank: false, maxLength: 200, help: 'At least 16 characters.' },
      is_active: { type: 'boolean', default: true },
      created_at: { type: 'datetime', auto: 'created' },
      updated_at: { type: 'datetime', auto: 'updated' },
    },
    filtering: { events: false },
    order: ['-created_at'],
    required_fields_for_post: ['url', 'events', 'secret'],
    permission: { read: 'webhook.read', write: 'webhook.write', project: 'project_id', owner: 'personal_owner_id' },
    hooks: {
      beforeWrite(value, { access, before }) {
        if (before === null && access.userId !== null) value.owner_id = access.userId;
        if (value.url !== undefined && !isHttp(value.url)) throw invalidWebhookUrl();
        if (value.events !== undefined) checkEvents(value.events);
        if (value.secret === undefined) return;
        if (value.secret.length < minSecretLength) throw secretTooShort(minSecretLength);
        value.secret = seal(context.secretFor('webhooks'), value.secret).toString('base64');
      },
    },
  });
}

/** What was told, to whom, and what came of it. */
export const webhookDeliveryResource: ResourceDeclaration = resource({
  resource_name: 'webhook_delivery',
  // Not a reference: deleting a webhook takes its log along, without a right to delete deliveries.
  object_class: () => sql`
    select d.*, w.project_id, w.personal_owner_id from webhook_delivery d join webhook w on w.id = d.webhook_id`,
  help: 'The log of webhooks. An event can be sent again: POST /api/v1/webhook_delivery/{id}/resend.',
  fields: {
    id: { type: 'uuid' },
    webhook_id: { type: 'uuid' },
    project_id: { type: 'uuid', nullable: true },
    personal_owner_id: { type: 'uuid', nullable: true, secret: true },
    event_id: { type: 'uuid' },
    event: { type: 'string' },
    body: { type: 'dict' },
    state: { type: 'string', choices: ['waiting', 'delivered', 'failed'] },
    attempts: { type: 'integer' },
    next_attempt_at: { type: 'datetime', nullable: true },
    last_status: { type: 'integer', nullable: true },
    last_error: { type: 'string', nullable: true },
    created_at: { type: 'datetime' },
    ended_at: { type: 'datetime', nullable: true },
  },
  order: ['-created_at'],
  permission: { read: 'webhook.read', project: 'project_id', owner: 'personal_owner_id' },
});

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function checkEvents(events: unknown[]): void {
  const unknown = events.filter((event) => !webhookEvents.some((known) => known === event));
  if (events.length === 0 || unknown.length > 0) throw eventsUnknown(unknown);
}
