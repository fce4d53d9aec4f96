import { findOwnerAccount } from '../../accounts/index.ts';
import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import { ownBlobs } from '../auth/readable-blobs.ts';
import { scheduledConnections } from '../auth/usable-connections.ts';
import { insertRevision } from '../insert-revision.ts';
import { parseSchedule } from '../pure/schedule.ts';
import { readSpec } from '../read-spec.ts';
import { refreshRunner } from '../runner.ts';
import { openRevisions } from '../store.ts';
import { tellNotStarted } from '../tell-not-started.ts';
import { isUnchanged } from './is-unchanged.ts';
import { markChecked, type Newest, newestOf, updateScheduleProblem } from './schedule-store.ts';

/**
 * Works on `start-scheduled-flow`: the newest accepted spec again, as its owner, with no token and no limit of datasets. What
 * is wrong with it is written beside the schedule and told the owner.
 */
export async function startScheduledFlow(
  context: Context,
  { datasetId, times }: { datasetId: string; times: number },
): Promise<void> {
  const newest = await newestOf(context.db, datasetId);
  if (newest === undefined || newest.schedule === null) return;
  try {
    const errors = await startAll(context, datasetId, newest, times);
    await updateScheduleProblem(context.db, datasetId, errors.length === 0 ? null : errors.join('\n'));
    if (errors.length > 0) await tellNotStarted(context, newest.ownerId, newest.name, errors);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await updateScheduleProblem(context.db, datasetId, error.message);
  }
}

async function startAll(context: Context, datasetId: string, newest: Newest, times: number): Promise<string[]> {
  const open = await openRevisions(context.db, datasetId);
  const isBusy = newest.options.overlap === 'skip' ? open.running + open.waiting > 0 : open.waiting > 0;
  if (isBusy && times === 1) return [];
  const schedule = parseSchedule(newest.schedule);
  const skips = newest.options.skip_unchanged ?? (schedule !== null && 'cron' in schedule);
  const read = await readSpec(context, newest.spec, {
    readable: ownBlobs(context),
    usable: scheduledConnections(context, datasetId),
  });
  if ('errors' in read) return read.errors;
  const { normalised, planFor } = read;
  if (skips === true && newest.status === 'success' && (await isUnchanged(context, newest, normalised, planFor(1)))) {
    await markChecked(context.db, datasetId, context.now());
    return [];
  }
  const owner = await findOwnerAccount(context, newest.ownerId);
  const accepted = { ...read, spec: newest.spec, owner, schedule, origin: 'schedule' as const };
  await context.db.transaction(async (tx) => {
    for (let n = 0; n < times; n += 1) await insertRevision(context, tx, accepted);
  });
  const problem = await refreshRunner(context);
  return problem === undefined ? [] : [problem];
}
