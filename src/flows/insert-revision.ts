import type { OwnerAccount } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import { appendLines, cancelRun, hasEnded, insertRun, lockRun } from '../runs/index.ts';
import { insertBlobs } from './blob-store.ts';
import { type ConnectionUse, insertConnections } from './connection-store.ts';
import { flowRun, flowSerialKey, pipelineRun } from './jobs.ts';
import { recordEvent } from './outbox.ts';
import type { Findability, FlowPlan, FlowSpec, JsonObject } from './pure/flow-spec.ts';
import { isObject, isText } from './pure/json.ts';
import { nextRun } from './pure/next-run.ts';
import type { Schedule } from './pure/schedule.ts';
import { runsElsewhere } from './runner.ts';
import { sizeOfRevision } from './size-of-revision.ts';
import {
  type FlowDataset,
  findDataset,
  insertDataset,
  insertPipelines,
  insertRevision as insertRevisionRow,
  lockDataset,
  takeNextNumber,
  updateDatasetForRevision,
  waitingRevisions,
} from './store.ts';

export interface AcceptedSpec {
  spec: JsonObject;
  normalised: FlowSpec;
  /** What normalising changed. */
  lines: string[];
  planFor(n: number): FlowPlan;
  /** Hashes of the blobs it reads. */
  blobs: string[];
  connections: ConnectionUse[];
  schedule: Schedule | null;
  owner: OwnerAccount;
  origin: 'upload' | 'schedule';
}

/**
 * Dataset, revision, pipelines, their runs, the schedule and the news of it, in the caller's transaction, which holds the
 * owner's lock where the dataset may be new. The dataset's row gives the number.
 */
export async function insertRevision(
  context: Context,
  tx: Tx,
  accepted: AcceptedSpec,
): Promise<{ flowId: string; revisionId: string }> {
  const { normalised, owner } = accepted;
  const dataset = await datasetFor(context, tx, accepted);
  const n = await numberFor(context, tx, dataset, accepted);
  const plan = accepted.planFor(n);
  const revisionId = context.newId();
  const whose = { userId: owner.userId, projectId: owner.projectId };
  const elsewhere = runsElsewhere(context);
  const runId = await insertRun(tx, context, {
    kind: flowRun,
    payload: { revisionId },
    ...whose,
    subject: { type: 'flow', id: plan.flowId },
    timeoutSeconds: elsewhere ? longestSeconds : secondsFor(context, plan),
    ...(elsewhere
      ? { dispatched: false }
      : {
          serialKey: flowSerialKey(dataset.id),
          share: { owner: dataset.ownerId, size: await sizeOfRevision(context, tx, dataset.id, plan) },
        }),
  });
  const pipelines = [];
  for (const { id, title, dependencies } of plan.pipelines) {
    const run = await insertRun(tx, context, {
      kind: pipelineRun,
      payload: { pipeline: id },
      ...whose,
      subject: { type: 'pipeline', id },
      parentId: runId,
      dispatched: false,
    });
    pipelines.push({ id, title, dependencies, runId: run });
  }
  const { spec, origin } = accepted;
  const { findability } = normalised.meta;
  await insertRevisionRow(tx, {
    id: revisionId,
    datasetId: dataset.id,
    n,
    spec,
    normalised,
    plan,
    findability,
    origin,
    runId,
  });
  await holdBlobs(tx, context.blobs, accepted.blobs);
  await insertBlobs(tx, revisionId, accepted.blobs);
  await insertConnections(tx, revisionId, accepted.connections);
  await insertPipelines(tx, revisionId, pipelines);
  const lines = [...accepted.lines, ...plan.warnings];
  if (lines.length > 0)
    await appendLines(
      tx,
      runId,
      lines.map((text) => ({ level: 'info', text })),
    );
  if (normalised.meta.supersede === true)
    for (const older of await waitingRevisions(tx, dataset.id, n)) await supersede(tx, older.runId);
  await recordEvent(context, tx, {
    dataset,
    revisionId,
    flowId: plan.flowId,
    kind: 'flow.queued',
    pipeline: plan.flowId,
    errors: [],
  });
  return { flowId: plan.flowId, revisionId };
}

/** The end of its run ends the flow (`end-flow`). */
async function supersede(tx: Tx, runId: string): Promise<void> {
  const run = await lockRun(tx, runId);
  if (run !== undefined && !hasEnded(run.state)) await cancelRun(tx, runId);
}

/** Somebody else's runner may take its time. */
const longestSeconds = 604_800;

/** Each pipeline has its own time; this ends what is none of theirs. */
const secondsFor = ({ config }: Context, { pipelines }: FlowPlan): number =>
  Math.min(longestSeconds, Math.max(config.runTimeoutSeconds, (pipelines.length + 1) * config.flowPipelineSeconds));

async function datasetFor(context: Context, tx: Tx, { normalised, owner }: AcceptedSpec): Promise<FlowDataset> {
  const { ownerid: ownerId, dataset: name, findability } = normalised.meta;
  const known = await findDataset(tx, ownerId, name);
  const id = known?.id ?? context.newId();
  if (known === undefined) {
    const { userId, projectId } = owner;
    await insertDataset(tx, { id, ownerId, name, ownerName: nameOf(normalised), userId, projectId, findability });
  }
  return (await lockDataset(tx, id))!;
}

async function numberFor(
  context: Context,
  tx: Tx,
  dataset: FlowDataset,
  { normalised, schedule, origin }: AcceptedSpec,
): Promise<number> {
  if (origin === 'schedule') return takeNextNumber(tx, dataset.id);
  const next = nextRun(schedule, dataset.scheduledFor?.getTime() ?? null, context.now().getTime());
  return updateDatasetForRevision(tx, dataset.id, {
    ownerName: nameOf(normalised),
    // Tightening takes effect now, loosening when the revision succeeds.
    findability: tighter(dataset.findability, normalised.meta.findability),
    schedule: schedule === null ? null : (normalised.schedule ?? null),
    scheduleOptions: isObject(normalised.schedule_options) ? normalised.schedule_options : {},
    scheduledFor: next === null ? null : new Date(next),
  });
}

const openness: Findability[] = ['private', 'unlisted', 'published'];
const tighter = (a: Findability, b: Findability): Findability => (openness.indexOf(a) < openness.indexOf(b) ? a : b);

const nameOf = ({ meta }: FlowSpec): string => (isText(meta.owner) ? meta.owner : meta.ownerid);
