import type { FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import { raw } from '../platform/db/index.ts';
import { type FlowCaller, flowCallerOf } from './auth/flow-caller.ts';
import { type FoundDataset, flowIdOf } from './find-flow.ts';
import { lineageOf, usesOf } from './lineage-store.ts';
import { productsOfRevision, sourcesOfRevision } from './product-store.ts';
import type { JsonObject } from './pure/flow-spec.ts';
import { masked } from './pure/mask.ts';
import { traceColumns } from './pure/trace-columns.ts';
import type { Revision } from './store.ts';

/**
 * From the columns of a revision back to its sources, and on to the revisions that have read its products (contract flows §11);
 * `resource` and `field` choose.
 */
export async function lineageOfRevision(
  context: Context,
  request: FastifyRequest,
  { dataset, isOwner, revision }: FoundDataset & { revision: Revision },
  chosen: { resource?: string | undefined; field?: string | undefined },
): Promise<JsonObject> {
  const { db } = context;
  const sources = await sourcesOfRevision(db, revision.id);
  const products = await productsOfRevision(db, revision.id);
  const steps = await lineageOf(db, revision.id);
  const isChosen = ({ resource }: { resource: string }) =>
    chosen.resource === undefined || resource === chosen.resource;
  const caller = await flowCallerOf(context, request);
  // A source it has only passed on is read by many who never heard of this revision.
  const own = new Set(sources.map(({ sha256 }) => sha256));
  const made = products.flatMap(({ sha256 }) => (own.has(sha256) ? [] : [sha256]));
  const answer = {
    id: flowIdOf(dataset, revision.n),
    run: revision.runId,
    sources: sources.map(({ url, sha256, bytes, etag, lastModified, finalUrl }) => ({
      url,
      hash: `sha256:${sha256}`,
      bytes,
      etag: etag ?? null,
      last_modified: lastModified ?? null,
      final_url: finalUrl ?? null,
    })),
    products: products.map(({ resource, path, sha256, bytes, rowcount, pipelineId }) => ({
      resource,
      path,
      hash: `sha256:${sha256}`,
      bytes,
      rowcount,
      pipeline: pipelineId,
    })),
    steps: json(steps.filter(isChosen).map((step) => ({ run: revision.runId, ...step }))),
    columns: json(traceColumns(steps, chosen)),
    used_by: await uses(context, request, caller, made),
  };
  return isOwner ? answer : masked(answer);
}

/** Records are JSON, which their types do not say. */
const json = (records: object[]): JsonObject[] => records as JsonObject[];

/** Which revisions have read these bytes, as far as the caller may see them. */
export async function usesOfBlob(
  context: Context,
  request: FastifyRequest,
  caller: FlowCaller,
  sha256: string,
): Promise<JsonObject> {
  return { blob: `sha256:${sha256}`, used_by: await uses(context, request, caller, [sha256]) };
}

async function uses(
  context: Context,
  request: FastifyRequest,
  caller: FlowCaller | undefined,
  sha256s: string[],
): Promise<JsonObject[]> {
  const readable = caller?.isOurs ? request.access.where('flow.read', { project: raw('d.project_id') }) : raw('false');
  const found = await usesOf(context.db, sha256s, { ownerId: caller?.userid, readable });
  return found.map(({ id, ownerId, source, sha256, at }) => {
    const use = { id, source, hash: `sha256:${sha256}`, at: at.toISOString() };
    return ownerId === caller?.userid ? use : masked(use);
  });
}
