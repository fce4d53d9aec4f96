import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import { fetchSource, SourceFailure } from '../fetch-source.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { flowFetcher } from '../flow-fetcher.ts';
import type { FetchedSource } from '../flow-run.ts';
import { sourcesOfRevision } from '../product-store.ts';
import type { FlowPlan, FlowSpec } from '../pure/flow-spec.ts';
import { readsOnly } from '../pure/reads-only.ts';

/**
 * Would a run now be made of the same as that revision (contract §11)? Only asked after a success. A source whose validator is
 * the same has the same bytes; one without validator is fetched and compared. What does not answer has changed as far as we
 * know: then the revision is made, and says for itself.
 */
export async function isUnchanged(
  context: Context,
  last: { revisionId: string; fingerprint: string | null },
  spec: FlowSpec,
  plan: FlowPlan,
): Promise<boolean> {
  const sources = await sourcesOfRevision(context.db, last.revisionId);
  // Cheap first: with another spec or engine nobody needs to be asked.
  if (last.fingerprint === null || fingerprintOf(spec, sources) !== last.fingerprint) return false;
  if (!readsOnly(plan, new Set(sources.map(({ url }) => url)))) return false;
  for (const source of sources) if (!(await hasSameBytes(context, source))) return false;
  return true;
}

async function hasSameBytes(context: Context, source: FetchedSource): Promise<boolean> {
  if (source.url.startsWith('blob:')) return true;
  // To know, the whole of it would have to be read.
  if (source.url.startsWith('connection:')) return false;
  const validated = await hasSameValidator(context, source);
  if (validated !== undefined) return validated;
  const signal = AbortSignal.timeout(context.config.flowFetchSeconds * 1000);
  try {
    return (await fetchSource(context, source.url, { signal, log: () => {} })).sha256 === source.sha256;
  } catch (error) {
    if (error instanceof SourceFailure || signal.aborted) return false;
    throw error;
  }
}

/** Undefined: the server gives none, or answers no HEAD. */
async function hasSameValidator(
  context: Context,
  { url, etag, lastModified }: FetchedSource,
): Promise<boolean | undefined> {
  if (!etag && !lastModified) return undefined;
  try {
    const answer = await flowFetcher(context).fetch(url, { method: 'HEAD', maxBytes: 64 * 1024, totalMs: 30_000 });
    answer.body.on('error', () => {}).destroy();
    const now = etag ? answer.headers.etag : answer.headers['last-modified'];
    if (answer.status !== 200 || now === undefined) return undefined;
    return now === (etag ?? lastModified);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
