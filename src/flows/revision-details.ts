import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import { raw } from '../platform/db/index.ts';
import { queuePlaces } from '../runs/index.ts';
import type { FlowCaller } from './auth/flow-caller.ts';
import { type FoundDataset, flowIdOf, getRevision } from './find-flow.ts';
import { productsOfRevision } from './product-store.ts';
import { apiState } from './pure/derive-status.ts';
import { diffRevisions } from './pure/diff-revisions.ts';
import type { JsonObject } from './pure/flow-spec.ts';
import { masked } from './pure/mask.ts';
import { planJson } from './pure/plan-json.ts';
import {
  type DatasetSummary,
  datasetsOfCaller,
  issuesOfRevision,
  planOfRevision,
  type Revision,
  revisionsOfDataset,
  summaryOfDataset,
} from './store.ts';

/** All datasets of the caller, alone or through projects, last changed first. */
export async function datasetList(
  context: Context,
  request: FastifyRequest,
  caller: FlowCaller,
): Promise<{ datasets: JsonObject[] }> {
  const readable = caller.isOurs ? request.access.where('flow.read', { project: raw('d.project_id') }) : raw('false');
  const datasets = await datasetsOfCaller(context.db, caller.userid, readable);
  return { datasets: datasets.map(summaryJson) };
}

const summaryJson = ({
  status,
  scheduled_for: scheduledFor,
  checked_at: checkedAt,
  ...summary
}: DatasetSummary): JsonObject => ({
  ...summary,
  state: apiState[status],
  scheduled_for: scheduledFor?.toISOString() ?? null,
  checked_at: checkedAt?.toISOString() ?? null,
});

type FoundFlow = FoundDataset & { revision: Revision };

export async function revisionList(
  context: Context,
  { dataset, isOwner }: FoundDataset,
  page: { before: number | undefined; limit: number },
): Promise<JsonObject> {
  const revisions = await revisionsOfDataset(context.db, dataset.id, page);
  // Of all that wait, so asked only where one does.
  const queue = revisions.some(({ status }) => status === 'pending') ? await queuePlaces(context) : undefined;
  const list = revisions.map((revision) => ({
    id: flowIdOf(dataset, revision.n),
    revision: revision.n,
    state: apiState[revision.status],
    origin: revision.origin,
    created: revision.acceptedAt,
    modified: revision.modifiedAt,
    ended: revision.endedAt,
    error_log: revision.errorLog,
    stats: revision.stats,
    queue: queue?.get(revision.runId) ?? null,
  }));
  const answer = {
    ...summaryJson(await summaryOfDataset(context.db, dataset.id)),
    owner: dataset.ownerName,
    revisions: list,
    next: list.length === page.limit ? (list.at(-1)?.revision ?? null) : null,
  };
  return isOwner ? answer : masked(answer);
}

export async function planOf(context: Context, { dataset, isOwner, revision }: FoundFlow): Promise<JsonObject> {
  const { normalised, plan } = await planOfRevision(context.db, revision.id);
  const answer = { id: flowIdOf(dataset, revision.n), ...planJson(normalised, plan) };
  return isOwner ? answer : masked(answer);
}

export async function diffOfRevisions(context: Context, found: FoundFlow, other: string): Promise<JsonObject> {
  const { dataset, revision, isOwner } = found;
  const second = await getRevision(context, dataset, other);
  const side = async ({ id, n, spec }: Revision) => ({
    id: flowIdOf(dataset, n),
    spec,
    products: await productsOfRevision(context.db, id),
  });
  const diff = diffRevisions(await side(second), await side(revision));
  return isOwner ? diff : masked(diff);
}

/** Issues were written by the run as NDJSON, one line each; they are read a line at a time. */
export async function issuesAnswer(
  context: Context,
  reply: FastifyReply,
  { revision, dataset, isOwner }: FoundFlow,
  query: IssueFilter & { format?: 'json' | 'ndjson'; limit?: number; offset?: number },
): Promise<FastifyReply> {
  const { sha256, count } = await issuesOfRevision(context.db, revision.id);
  reply.header('cache-control', dataset.findability === 'private' ? 'no-store' : 'no-cache');
  const lines = issueLines(context, sha256, query);
  const shown = (line: string) => (isOwner ? line : JSON.stringify(masked(JSON.parse(line))));
  if (query.format === 'ndjson')
    return reply.type('application/x-ndjson').send(Readable.from(ndjson(lines, shown), { objectMode: false }));
  const { limit = 1000, offset = 0 } = query;
  const issues: unknown[] = [];
  let matching = 0;
  for await (const line of lines) {
    matching += 1;
    if (matching > offset && issues.length < limit) issues.push(JSON.parse(shown(line)));
  }
  const next = offset + issues.length < matching ? offset + issues.length : null;
  return reply.send({ id: flowIdOf(dataset, revision.n), total: count ?? 0, matching, next, issues });
}

async function* ndjson(lines: AsyncIterable<string>, shown: (line: string) => string): AsyncGenerator<string> {
  for await (const line of lines) yield `${shown(line)}\n`;
}

interface IssueFilter {
  resource?: string;
  code?: string;
  /** By name. */
  step?: string;
}

const filters = ['resource', 'code', 'step'] as const;

async function* issueLines(context: Context, sha256: string | null, filter: IssueFilter): AsyncGenerator<string> {
  if (sha256 === null) return;
  const wanted = filters.filter((key) => filter[key] !== undefined);
  const input = await context.blobs.open(sha256);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue;
    if (wanted.length > 0) {
      const issue = JSON.parse(line) as IssueFilter;
      if (wanted.some((key) => issue[key] !== filter[key])) continue;
    }
    yield line;
  }
}
