import { sha256 } from '../platform/crypto/index.ts';
import type { Queryable } from '../platform/db/index.ts';
import { sourcesOfRevision } from './product-store.ts';
import type { FlowSpec } from './pure/flow-spec.ts';

/** Raise it when the engine makes something else of the same input. */
const engineVersion = 1;

/** What a revision is made of (contract §11): its normalised spec, its sources' bytes, the engine. */
export async function fingerprintOf(db: Queryable, revisionId: string, spec: FlowSpec): Promise<string> {
  const sources = await sourcesOfRevision(db, revisionId);
  const made = [engineVersion, spec, sources.map(({ url, sha256 }) => [url, sha256])];
  return sha256(JSON.stringify(made)).toString('hex');
}
