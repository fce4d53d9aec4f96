import { Type } from 'typebox';
import { accessUnlessRefused } from '../../accounts/index.ts';
import type { Context } from '../../platform/context.ts';
import { raw, type Sql } from '../../platform/db/index.ts';
import type { App } from '../../platform/http/index.ts';
import { type Access, noObject } from '../../resource/index.ts';
import { copyDelivery, findWebhookId, insertDelivery } from './store.ts';

const params = Type.Object({ id: Type.String() });
const config = { access: 'signed-in' } as const;
const allowed = (access: Access): Sql =>
  access.where('webhook.write', { project: raw('w.project_id'), owner: raw('w.personal_owner_id') });

/** Trying a webhook, and telling an event again. Both only queue: what came of it stands in `webhook_delivery`. */
export function webhookRoutes(app: App, context: Context): void {
  app.post(
    '/api/v1/webhook/:id/ping',
    { config, schema: { tags: ['webhook'], summary: 'Sends a `ping` event, to see whether it arrives', params } },
    async (request, reply) => {
      const { id } = request.params;
      const webhook = await findWebhookId(context.db, id, allowed(accessUnlessRefused(request)));
      if (webhook === undefined) throw noObject('webhook', id);
      const body = { event_entity: 'webhook', event_action: 'ping', timestamp: context.now().toISOString() };
      const event = { webhookId: webhook.id, event: 'ping', eventId: context.newId(), body };
      return reply.code(202).send(await context.db.transaction((tx) => queued(insertDelivery(tx, event))));
    },
  );

  app.post(
    '/api/v1/webhook_delivery/:id/resend',
    { config, schema: { tags: ['webhook'], summary: 'Tells the same event again, under the same event id', params } },
    async (request, reply) => {
      const { id } = request.params;
      const access = accessUnlessRefused(request);
      const made = await context.db.transaction((tx) => copyDelivery(tx, id, allowed(access)));
      if (made === undefined) throw noObject('webhook_delivery', id);
      return reply.code(202).send(await queued(Promise.resolve(made)));
    },
  );
}

async function queued(made: Promise<{ id: string }>): Promise<{ id: string; url: string }> {
  const { id } = await made;
  return { id, url: `/api/v1/webhook_delivery/${id}` };
}
