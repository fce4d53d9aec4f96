import { findOwnerAccount } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { rateLimited } from '../platform/http/index.ts';
import type { FlowCaller } from './auth/flow-caller.ts';
import { insertRevision } from './insert-revision.ts';
import { keepStorageLimits, lastUploads } from './owner-store.ts';
import type { JsonObject } from './pure/flow-spec.ts';
import { isObject } from './pure/json.ts';
import { planJson } from './pure/plan-json.ts';
import { parseSchedule, type Schedule, ScheduleFault } from './pure/schedule.ts';
import { readSpec, type SpecRights } from './read-spec.ts';
import { refreshRunner } from './runner.ts';
import { datasetsOfOwner, findDataset, lockOwner } from './store.ts';
import { tellNotStarted } from './tell-not-started.ts';

export interface UploadAnswer {
  success: boolean;
  dataset_id: string | null;
  flow_id: string | null;
  errors: string[];
  /** Of a dry run without faults. */
  plan?: JsonObject;
}

/**
 * `POST /source/upload` (contract §2.3): the first of eight checks that hits answers. Refusals write nothing (the owner gets a
 * mail); an accepted spec is a new revision with everything that belongs to it, in one transaction. `body` is undefined
 * for what is empty or not JSON; `allows` says whether the caller may act for an owner. A dry run makes all checks and shows
 * the plan.
 */
export async function uploadSpec(
  context: Context,
  body: unknown,
  caller: FlowCaller | undefined,
  { allows, dryRun, rights }: { allows(ownerId: string): Promise<boolean>; dryRun: boolean; rights: SpecRights },
): Promise<UploadAnswer> {
  if (body === undefined || body === null)
    return refusal(null, ['Received empty contents (make sure your content-type is correct)']);
  const ownerId = isObject(body) && isObject(body.meta) ? body.meta.ownerid : undefined;
  if (!isObject(body) || typeof ownerId !== 'string' || ownerId === '') return refusal(null, ['Missing owner in spec']);
  if (caller === undefined || !(await allows(ownerId)))
    return refusal(null, ['No token or token not authorised for owner']);
  const answer = await uploadFor(context, body, ownerId, { caller, dryRun, rights });
  if (!answer.success && !dryRun) await tellNotStarted(context, ownerId, nameOf(body), answer.errors);
  return answer;
}

async function uploadFor(
  context: Context,
  spec: JsonObject,
  ownerId: string,
  { caller, dryRun, rights }: { caller: FlowCaller; dryRun: boolean; rights: SpecRights },
): Promise<UploadAnswer> {
  const { maxDatasets, storage } = caller;
  const name = nameOf(spec);
  const datasetId = name === undefined ? null : `${ownerId}/${name}`;
  const exceeded = [`Max datasets for user exceeded plan limit (${maxDatasets})`];
  // Looked at again below, under the lock; here for the order of the checks.
  if (name !== undefined && (await isOneTooMany(context.db, ownerId, name, maxDatasets)))
    return refusal(datasetId, exceeded);
  let schedule: Schedule | null;
  try {
    schedule = parseSchedule(spec.schedule);
  } catch (error) {
    if (error instanceof ScheduleFault) return refusal(datasetId, [error.message]);
    throw error;
  }
  const read = await readSpec(context, spec, rights);
  if ('errors' in read) return refusal(datasetId, read.errors);

  if (dryRun) {
    const plan = planJson(read.normalised, read.planFor(1));
    return { success: true, dataset_id: datasetId, flow_id: null, errors: [], plan };
  }

  const owner = await findOwnerAccount(context, ownerId);
  const accepted = await context.db.transaction(async (tx) => {
    await lockOwner(tx, ownerId);
    if (await isOneTooMany(tx, ownerId, read.normalised.meta.dataset, maxDatasets)) return undefined;
    await refuseTooMany(context, tx, ownerId);
    await keepStorageLimits(tx, ownerId, storage);
    return insertRevision(context, tx, { ...read, spec, owner, schedule, origin: 'upload' });
  });
  if (accepted === undefined) return refusal(datasetId, exceeded);
  const problem = await refreshRunner(context);
  const errors = problem === undefined ? [] : [problem];
  return { success: errors.length === 0, dataset_id: datasetId, flow_id: accepted.flowId, errors };
}

/** Counted in the database, under the owner's lock: the same for all processes. Throws `rate_limited`. */
async function refuseTooMany({ config }: Context, tx: Tx, ownerId: string): Promise<void> {
  const { flowUploadsPerMinute: limit } = config;
  if (limit === 0 || config.rateLimitPerMinute === 0) return;
  const { count, seconds } = await lastUploads(tx, ownerId);
  if (count >= limit) throw rateLimited(Math.max(1, Math.ceil(seconds)));
}

/** A new revision of a dataset is always allowed, even at limit 0. */
async function isOneTooMany(
  db: Parameters<typeof findDataset>[0],
  ownerId: string,
  name: string,
  max: number,
): Promise<boolean> {
  return (await datasetsOfOwner(db, ownerId)) >= max && (await findDataset(db, ownerId, name)) === undefined;
}

function nameOf(spec: JsonObject): string | undefined {
  const name = isObject(spec.meta) ? spec.meta.dataset : undefined;
  return typeof name === 'string' ? name : undefined;
}

const refusal = (datasetId: string | null, errors: string[]): UploadAnswer => ({
  success: false,
  dataset_id: datasetId,
  flow_id: null,
  errors,
});
