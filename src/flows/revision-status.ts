import type { Context } from '../platform/context.ts';
import { findRun, linesOfRun } from '../runs/index.ts';
import { type FoundDataset, flowIdOf } from './find-flow.ts';
import { apiState } from './pure/derive-status.ts';
import type { JsonObject } from './pure/flow-spec.ts';
import { isObject } from './pure/json.ts';
import { masked } from './pure/mask.ts';
import { pipelinesOfRevision, type Revision } from './store.ts';

/** The nine keys of a revision (contract §2.4), always all of them. */
export async function revisionStatus(
  context: Context,
  { dataset, isOwner, revision }: FoundDataset & { revision: Revision },
): Promise<JsonObject> {
  const pipelines = await pipelinesOfRevision(context.db, revision.id);
  const { spec } = revision;
  const meta = isObject(spec.meta) ? spec.meta : {};
  const status: JsonObject = {
    id: flowIdOf(dataset, revision.n),
    spec_contents: { ...spec, meta: { ...meta, update_time: revision.acceptedAt } },
    modified: revision.modifiedAt,
    state: apiState[revision.status],
    error_log: revision.errorLog,
    logs: await logsOf(context, revision.runId),
    stats: revision.stats,
    pipelines: Object.fromEntries(
      pipelines.map(({ id, title, status, stats, errorLog }) => [
        id,
        { title, status: apiState[status], stats, error_log: errorLog },
      ]),
    ),
    certified: dataset.certified,
  };
  return isOwner ? status : masked(status);
}

const newestLines = 10_000;

async function logsOf(context: Context, runId: string): Promise<string[] | null> {
  const run = await findRun(context.db, runId);
  const last = Number(run?.logSeq ?? 0);
  const range = { afterSeq: Math.max(0, last - newestLines), since: undefined, limit: newestLines };
  const lines = await linesOfRun(context.db, runId, range);
  return lines.length === 0 ? null : lines.map((line) => line.text);
}
