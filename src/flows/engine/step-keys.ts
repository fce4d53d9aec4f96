import { sha256 } from '../../platform/crypto/index.ts';

/**
 * Names outcomes (contract flows §11): equal parts, in whatever order their keys stand, give an equal name. What is named so was made
 * of bytes the run had at hand, never of what it was told.
 */
export const keyOf = (...parts: unknown[]): string => sha256(canonicalJson(parts)).toString('hex');

/** JSON with keys by code unit; what is undefined is left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
