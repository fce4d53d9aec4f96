import { findOwnerAccount } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { redactUrls } from '../platform/fetch/index.ts';
import { queueMail } from '../platform/mail/index.ts';
import { recordEvent } from './outbox.ts';
import { catalogueDocument } from './pure/catalogue-document.ts';
import type { Effect, FlowState } from './pure/flow-spec.ts';
import {
  countFailure,
  type LockedFlow,
  lockDataset,
  markSuccessful,
  pauseDataset,
  planOfRevision,
  replaceCatalogueDocument,
} from './store.ts';

/** What the end of a flow means for its dataset, the catalogue and its owner (contract §3.4); once in its life. */
export async function finishFlow(
  context: Context,
  tx: Tx,
  flow: LockedFlow,
  next: FlowState,
  effect: Effect & { kind: 'flow-finished' },
): Promise<void> {
  const { revision } = flow;
  const hadSuccess = flow.dataset.successfulN !== null;
  if (effect.success) await markSuccessful(tx, revision.datasetId, revision.n);
  const dataset = (await lockDataset(tx, revision.datasetId))!;
  if (effect.success ? dataset.successfulN === revision.n : !hadSuccess) {
    const { package: descriptor, normalised } = await planOfRevision(tx, revision.id);
    const document = catalogueDocument(dataset, normalised, descriptor, effect.success);
    await replaceCatalogueDocument(tx, dataset.id, document.id as string, document);
  }
  await recordEvent(context, tx, {
    dataset,
    revisionId: revision.id,
    flowId: next.id,
    kind: 'flow.finish',
    pipeline: effect.pipeline,
    success: effect.success,
    errors: effect.errors,
  });
  if (effect.success) return;
  const failures = await countFailure(tx, dataset.id);
  const limit = dataset.scheduleOptions.stop_after_failures;
  const isPaused = dataset.schedule !== null && typeof limit === 'number' && failures >= limit;
  if (isPaused) await pauseDataset(tx, dataset.id);
  const { email } = await findOwnerAccount(context, dataset.ownerId);
  if (email === null) return;
  const lines = [`${next.id} failed:`, '', ...effect.errors.map(redactUrls)];
  if (isPaused)
    lines.push('', `Its schedule is paused after ${failures} failures in a row; an upload starts it again.`);
  await queueMail(context, tx, {
    to: email,
    subject: `Pipelines Failed for ${dataset.name}`,
    text: `${lines.join('\n')}\n`,
  });
}
