import type { FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import { flowCallerOf, mayReadOf, mayWriteFor } from './auth/flow-caller.ts';
import { flowNotFound } from './errors.ts';
import { type FlowDataset, findDataset, findRevision, type Revision } from './store.ts';

export interface FoundDataset {
  dataset: FlowDataset;
  /** The owner, or who may read as they do: sees URLs unmasked. */
  isOwner: boolean;
}

/** What one may not see is not there: the same 404 (contract §2.4). */
export async function getDataset(
  context: Context,
  request: FastifyRequest,
  owner: string,
  name: string,
): Promise<FoundDataset> {
  const dataset = await findDataset(context.db, owner, name);
  if (dataset === undefined) throw flowNotFound();
  const isOwner = await mayReadOf(context, request, await flowCallerOf(context, request), dataset.ownerId);
  if (dataset.findability === 'private' && !isOwner) throw flowNotFound();
  return { dataset, isOwner };
}

export interface FlowParams {
  owner: string;
  dataset: string;
  revision: string;
}

export async function getFlow(
  context: Context,
  request: FastifyRequest,
  params: FlowParams,
): Promise<FoundDataset & { revision: Revision }> {
  const found = await getDataset(context, request, params.owner, params.dataset);
  return { ...found, revision: await getRevision(context, found.dataset, params.revision) };
}

export async function getRevision(context: Context, dataset: FlowDataset, given: string): Promise<Revision> {
  const n = numberOf(dataset, given);
  const revision = n === null ? undefined : await findRevision(context.db, dataset.id, n);
  if (revision === undefined) throw flowNotFound();
  return revision;
}

function numberOf(dataset: FlowDataset, given: string): number | null {
  if (given === 'latest') return dataset.latestN;
  if (given === 'successful') return dataset.successfulN;
  return /^[1-9]\d{0,8}$/.test(given) ? Number(given) : null;
}

/** For what only the owner does: who may see it but not do it is told so by 404 as well. */
export async function getOwnFlow(
  context: Context,
  request: FastifyRequest,
  params: FlowParams,
): Promise<FoundDataset & { revision: Revision }> {
  const found = await getFlow(context, request, params);
  const caller = await flowCallerOf(context, request);
  if (!(await mayWriteFor(context, request, caller, found.dataset.ownerId))) throw flowNotFound();
  return found;
}

export const flowIdOf = (dataset: FlowDataset, n: number): string => `${dataset.ownerId}/${dataset.name}/${n}`;
