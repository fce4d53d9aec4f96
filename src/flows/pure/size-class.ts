import type { ShareSize } from '../../runs/index.ts';

const MB = 1_000_000;

/**
 * The size class of a revision (contract flows §11) from the bytes of its sources. One nobody knows yet is taken to be
 * medium: a guess of small would give the places that are kept for small ones to whatever comes first.
 */
export function sizeClass(bytes: readonly (number | undefined)[]): ShareSize {
  const known = bytes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  if (known > 200 * MB) return 'large';
  return known > 10 * MB || bytes.includes(undefined) ? 'medium' : 'small';
}
