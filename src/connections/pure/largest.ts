import type { Cursor } from '../connector.ts';

/** The later of two cursors: numbers by size, everything else as text, so moments must be written alike. */
export function largest(a: Cursor | undefined, b: Cursor | undefined): Cursor | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  const [x, y] = [Number(a), Number(b)];
  const isNumber = !Number.isNaN(x) && !Number.isNaN(y) && String(a).trim() !== '' && String(b).trim() !== '';
  return (isNumber ? y > x : String(b) > String(a)) ? b : a;
}
