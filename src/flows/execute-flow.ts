import type { Context } from '../platform/context.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import { withWorkFolder } from '../platform/work-folder.ts';
import { type Json, type LiveRun, type RunHandler, runHandler } from '../runs/index.ts';
import { blobsOfRevision } from './blob-store.ts';
import { deleteOutcome, recallOutcomes } from './cache-store.ts';
import { checkStorage } from './check-storage.ts';
import { flowFailed, flowUnfinished } from './errors.ts';
import { fetchConnection } from './fetch-connection.ts';
import { findPrevious } from './find-previous.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { FlowRun } from './flow-run.ts';
import { flowRun } from './jobs.ts';
import { replaceLineage } from './lineage-store.ts';
import { findReadable } from './packages/find-published.ts';
import { packageBaseOf } from './packages/package-base.ts';
import { productsOfRevision, replaceSources, sourcesOfRevision } from './product-store.ts';
import { isTerminal } from './pure/apply-report.ts';
import { rememberOutcome } from './remember-outcome.ts';
import { reportPipeline } from './report-pipeline.ts';
import { findFlow, type LockedFlow, planOfRevision, updateFingerprint, updateIssues } from './store.ts';
import { copyKept, replaceTable } from './table-store.ts';

/** Works on runs of kind `flow` with an engine. */
export function flowHandler(runFlow: (context: Context, run: FlowRun) => Promise<void>): RunHandler {
  return runHandler(flowRun, (context, run) => executeFlow(context, run, runFlow));
}

/**
 * One attempt at a revision. The engine reports pipeline by pipeline, so that a later attempt finds what is done; how the flow
 * ended stands in its pipelines, and the run only repeats it.
 */
async function executeFlow(
  context: Context,
  run: LiveRun<{ revisionId: string }>,
  runFlow: (context: Context, run: FlowRun) => Promise<void>,
): Promise<Json> {
  const { revisionId } = run.payload;
  const before = (await findFlow(context.db, revisionId))!;
  if (!isTerminal(before.state.status)) {
    await withWorkFolder(context, run, async (folder) => {
      await runFlow(context, await flowRunOf(context, run, before, folder));
    });
  }
  const { state } = (await findFlow(context.db, revisionId))!;
  if (state.status === 'failed') throw flowFailed(state.errorLog.at(-1) ?? 'A pipeline failed.');
  if (state.status !== 'success') throw flowUnfinished();
  return { flow: state.id };
}

async function flowRunOf(
  context: Context,
  run: LiveRun,
  { revision, dataset, pipelines, state }: LockedFlow,
  folder: string,
): Promise<FlowRun> {
  const { db } = context;
  const { normalised: spec, plan } = await planOfRevision(db, revision.id);
  const products = await productsOfRevision(db, revision.id);
  const ended = pipelines
    .filter((pipeline) => isTerminal(pipeline.status))
    .map(({ id, status, stats }) => {
      const made = products.filter((product) => product.pipelineId === id);
      return [id, { success: status === 'success', stats, products: made }] as const;
    });
  // Of a spec that holds all its rows nobody else says it.
  await updateFingerprint(db, revision.id, fingerprintOf(spec, await sourcesOfRevision(db, revision.id)));
  const isNew = dataset.successfulN === null && revision.findability === 'published';
  return {
    flowId: state.id,
    spec,
    plan,
    ended: new Map(ended),
    createdAt: dataset.createdAt,
    acceptedAt: revision.acceptedAt,
    owner: dataset.ownerName,
    findability: isNew ? 'unlisted' : revision.findability,
    certified: dataset.certified,
    packageBase: packageBaseOf(context),
    folder,
    blobs: new Set(await blobsOfRevision(db, revision.id)),
    signal: run.signal,
    log: (line) => run.log('info', line),
    report: async ({ log, ...report }, made) => {
      // The attempt's own log keeps the order of what was said.
      for (const line of log ?? []) run.log('info', line);
      await run.flush();
      return reportPipeline(context, report, made);
    },
    fetchConnection: (url) =>
      fetchConnection(context, { revisionId: revision.id, ownerId: dataset.ownerId }, url, run.signal),
    keepSources: (sources) =>
      db.transaction(async (tx) => {
        await holdBlobs(
          tx,
          context.blobs,
          sources.map((source) => source.sha256),
        );
        await replaceSources(tx, revision.id, sources);
        await checkStorage(context, tx, dataset);
        await updateFingerprint(tx, revision.id, fingerprintOf(spec, await sourcesOfRevision(tx, revision.id)));
      }),
    keepIssues: (issues) =>
      db.transaction(async (tx) => {
        await holdBlobs(tx, context.blobs, [issues.sha256]);
        await updateIssues(tx, revision.id, issues);
      }),
    remembers: context.config.flowCacheDays > 0,
    recall: async (keys) => (context.config.flowCacheDays === 0 ? [] : recallOutcomes(db, keys)),
    remember: (outcome) => rememberOutcome(context, outcome),
    forget: (key) => deleteOutcome(db, key),
    keepLineage: (resource, steps) => replaceLineage(db, revision.id, resource, steps),
    previous: () => findPrevious(db, dataset),
    keepAsBefore: (before) => db.transaction((tx) => copyKept(tx, before.revisionId, revision.id)),
    keepTable: (table) =>
      db.transaction(async (tx) => {
        await holdBlobs(tx, context.blobs, [table.sha256]);
        await replaceTable(tx, revision.id, table);
      }),
    productsOf: (owner, name, given) => findReadable(context, dataset, { owner, name, given }),
  };
}
