import type { Context } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { JsonObject } from '../pure/flow-spec.ts';
import { insertDeliveries } from './store.ts';

export const webhookEvents = ['flow.queued', 'flow.start', 'flow.finish', 'pipeline.finish'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/**
 * Tells all webhooks of an owner, in the transaction that makes the event true: told exactly when it happened. `body` is
 * the event of contract flows §3.4; it goes out with `id` and `event` added.
 */
export async function queueDeliveries(
  context: Context,
  tx: Tx,
  given: { ownerId: string; event: WebhookEvent; body: JsonObject },
): Promise<void> {
  await insertDeliveries(tx, { ...given, eventId: context.newId() });
}
