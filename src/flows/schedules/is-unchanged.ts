import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import { flowFetcher } from '../flow-fetcher.ts';
import type { FetchedSource } from '../flow-run.ts';
import { sourcesOfRevision } from '../product-store.ts';

/**
 * Does every source still have the validator it had (contract §11)? Only asked after a success. A server that gives none, or
 * does not answer, has changed as far as we know: then the revision is made, and says for itself.
 */
export async function isUnchanged(context: Context, revisionId: string): Promise<boolean> {
  const sources = await sourcesOfRevision(context.db, revisionId);
  if (sources.length === 0) return false;
  for (const source of sources) if (!(await hasSameValidator(context, source))) return false;
  return true;
}

async function hasSameValidator(context: Context, { url, etag, lastModified }: FetchedSource): Promise<boolean> {
  if (/^blob:/i.test(url)) return true;
  if (!/^https?:/i.test(url) || (!etag && !lastModified)) return false;
  try {
    const answer = await flowFetcher(context).fetch(url, { method: 'HEAD', maxBytes: 64 * 1024, totalMs: 30_000 });
    answer.body.on('error', () => {}).destroy();
    if (answer.status !== 200) return false;
    return etag ? answer.headers.etag === etag : answer.headers['last-modified'] === lastModified;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
