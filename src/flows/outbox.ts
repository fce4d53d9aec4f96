import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { type FlowDataset, insertEvent } from './store.ts';
import { queueDeliveries, type WebhookEvent } from './webhooks/queue-deliveries.ts';

export interface FlowEvent {
  dataset: FlowDataset;
  revisionId: string;
  flowId: string;
  kind: WebhookEvent;
  /** Who reported it, or whom it concerns. */
  pipeline: string;
  /** Undefined while it goes on. */
  success?: boolean;
  errors: string[];
}

/** Writes what happened, in the transaction that makes it so, and asks for its deliveries (contract §3.4, §11). */
export async function recordEvent(context: Context, tx: Tx, event: FlowEvent): Promise<void> {
  const { dataset, flowId, success, kind } = event;
  const id = context.newId();
  const [entity, action] = kind.split('.');
  const body = {
    event_entity: entity!,
    event_action: action!,
    status: success === false ? 'FAIL' : 'OK',
    findability: success === true && dataset.findability === 'published' ? 'published' : 'private',
    userid: dataset.ownerId,
    owner: dataset.ownerName,
    ownerid: dataset.ownerId,
    dataset: dataset.name,
    flow: flowId,
    pipeline: event.pipeline,
    payload: { 'flow-id': flowId, errors: event.errors },
    timestamp: context.now().toISOString().replace('Z', '000Z'),
  };
  await insertEvent(tx, { id, datasetId: dataset.id, revisionId: event.revisionId, kind, body });
  await queueDeliveries(context, tx, { ownerId: dataset.ownerId, event: kind, body });
}
