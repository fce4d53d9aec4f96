import { sha256 } from '../platform/crypto/index.ts';
import type { FlowSpec } from './pure/flow-spec.ts';

/** Raise it when the engine makes something else of the same input. */
export const engineVersion = 2;

/** What a revision is made of (contract §11): its normalised spec, its sources' bytes, the engine. */
export function fingerprintOf(spec: FlowSpec, sources: readonly { url: string; sha256: string }[]): string {
  const bytes = sources.map((source) => [source.url, source.sha256]).sort(([a], [b]) => (a! < b! ? -1 : 1));
  return sha256(JSON.stringify([engineVersion, spec, bytes])).toString('hex');
}
