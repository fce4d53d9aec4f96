import type { FastifyRequest } from 'fastify';
import { recordAudit } from '../platform/audit/index.ts';
import type { Context } from '../platform/context.ts';
import { insertRun } from '../runs/index.ts';
import type { Dataset } from './dataset.ts';
import { revisionSuperseded } from './errors.ts';
import { reviseRun, serialKeyOf } from './jobs.ts';
import { batchesOfRevision, findRevision } from './store.ts';

/**
 * Asks for an undo or a restore. What can be seen to be impossible now is refused now; the run looks again, after those
 * before it.
 */
export async function startRevision(
  context: Context,
  request: Pick<FastifyRequest, 'access'>,
  dataset: Dataset,
  wanted: { action: 'undo' | 'restore'; n: number; note: string },
): Promise<string> {
  if (wanted.action === 'undo') await refuseUndone(context, dataset, wanted.n);
  return context.db.transaction(async (tx) => {
    const runId = await insertRun(tx, context, {
      kind: reviseRun,
      payload: { datasetId: dataset.id, ...wanted },
      projectId: dataset.projectId,
      userId: request.access.userId,
      subject: { type: 'dataset', id: dataset.id },
      serialKey: serialKeyOf(dataset.id),
    });
    const said = {
      action: `revision.${wanted.action}`,
      object: `dataset/${dataset.id}/revision/${wanted.n}`,
      projectId: dataset.projectId,
      datasetId: dataset.id,
      runId,
    };
    await recordAudit(tx, request.access, [said]);
    return runId;
  });
}

async function refuseUndone(context: Context, dataset: Dataset, n: number): Promise<void> {
  const revision = await findRevision(context.db, dataset.id, n);
  if (revision === undefined || revision.batchSha256 === null) return;
  const today = await batchesOfRevision(context.db, dataset.id, dataset.latestRevision);
  if (!today.some((batch) => batch.position === n)) throw revisionSuperseded(n);
}
