import path from 'node:path';
import type { Context } from '../platform/context.ts';
import { openTabular } from '../platform/tabular/index.ts';
import { withWorkFolder } from '../platform/work-folder.ts';
import { type LiveRun, runHandler } from '../runs/index.ts';
import type { Revision } from './dataset.ts';
import { datasetNotFound, keyConflict, revisionNotFound, revisionNotUndoable, revisionSuperseded } from './errors.ts';
import { reviseRun } from './jobs.ts';
import { publishRevision } from './publish-revision.ts';
import { type KeptBatch, planUndo } from './pure/plan-undo.ts';
import { batchesOfRevision, everything, findDataset, findRevision } from './store.ts';
import { replayBatches } from './tables/replay-batches.ts';

type ReviseRun = LiveRun<{ datasetId: string; action: 'undo' | 'restore'; n: number; note: string }>;

/** Works on a `revise-dataset` run. The same revision again, were it repeated, is refused by `publishRevision`. */
export const reviseDataset = runHandler(reviseRun, (context, run) =>
  withWorkFolder(context, run, async (folder) => {
    const { datasetId, action, n, note } = run.payload;
    const dataset = await findDataset(context.db, datasetId, everything);
    if (dataset === undefined) throw datasetNotFound(datasetId);
    const latest = await getRevision(context, datasetId, dataset.latestRevision);
    const subject = await getRevision(context, datasetId, n);
    const made =
      action === 'undo' ? await without(context, run, latest, subject, folder) : await asOnce(context, subject);
    const text = action === 'undo' ? `Revision ${n} undone.` : `Revision ${n} restored.`;
    return context.db.transaction(async (tx) => {
      const revision = await publishRevision(context, tx, {
        datasetId,
        kind: action,
        base: latest.n,
        uploadId: null,
        runId: run.id,
        userId: run.userId,
        ...made,
        remembered: dataset.reading,
        counts: { read: 0, inserted: 0, updated: 0, unchanged: made.table.rows, rejected: 0 },
        issueCounts: { error: 0, warning: 0, info: 0, listed: 0, groups: [] },
        issuesSha256: null,
        changelog: [text, note].filter(Boolean).join(' '),
        refersTo: n,
        batch: null,
      });
      const summary = { dataset: datasetId, revision, [action]: n, rows: made.table.rows };
      await run.succeed(tx, summary);
      return summary;
    });
  }),
);

interface Made extends Pick<Revision, 'schema' | 'key' | 'reading' | 'recipe'> {
  table: { sha256: string; bytes: number; rows: number };
  keep: KeptBatch[];
}

async function getRevision(context: Context, datasetId: string, n: number): Promise<Revision> {
  const revision = await findRevision(context.db, datasetId, n);
  if (revision === undefined) throw revisionNotFound(n);
  return revision;
}

async function asOnce(context: Context, subject: Revision): Promise<Made> {
  return {
    ...shapeOf(subject),
    table: tableOf(subject),
    keep: await batchesOfRevision(context.db, subject.datasetId, subject.n),
  };
}

async function without(
  context: Context,
  run: ReviseRun,
  latest: Revision,
  subject: Revision,
  folder: string,
): Promise<Made> {
  const { datasetId, n } = subject;
  const before = await batchesOfRevision(context.db, datasetId, n - 1);
  if (subject.batchSha256 === null) {
    const previous = n === latest.n ? await findRevision(context.db, datasetId, n - 1) : undefined;
    if (previous === undefined) throw revisionNotUndoable(n);
    return { ...shapeOf(previous), table: tableOf(previous), keep: before };
  }
  const keep = planUndo(n, await batchesOfRevision(context.db, datasetId, latest.n), before);
  if (keep === undefined) throw revisionSuperseded(n);
  const previous = n === latest.n && n > 1 ? await getRevision(context, datasetId, n - 1) : undefined;
  if (previous !== undefined) return { ...shapeOf(previous), table: tableOf(previous), keep };
  return { ...shapeOf(latest), table: await replayed(context, run, latest, keep, folder), keep };
}

async function replayed(context: Context, run: ReviseRun, latest: Revision, keep: KeptBatch[], folder: string) {
  const local = (sha256: string) => context.blobs.localFile(sha256, folder);
  const like = await local(latest.tableSha256);
  const batches = [];
  for (const batch of keep) batches.push({ ...batch, file: await local(batch.batchSha256), n: batch.position });
  const tabular = await openTabular({
    workFolder: folder,
    readFolders: [...new Set([like, ...batches.map(({ file }) => file)].map((file) => path.dirname(file)))],
    memoryBytes: context.config.engineMemoryBytes,
    threads: context.config.engineThreads,
    signal: run.signal,
  });
  try {
    run.progress(10, 'replaying');
    const table = await replayBatches(tabular, {
      batches,
      fields: latest.schema.fields,
      like,
      key: latest.key,
      workFolder: folder,
    });
    if (!table.unique) throw keyConflict(latest.key);
    const stored = await context.blobs.putFile(table.file);
    return { sha256: stored.sha256, bytes: stored.bytes, rows: table.rows };
  } finally {
    tabular.close();
  }
}

const shapeOf = ({ schema, key, reading, recipe }: Revision) => ({ schema, key, reading, recipe });
const tableOf = ({ tableSha256, bytes, rows }: Revision) => ({ sha256: tableSha256, bytes, rows });
