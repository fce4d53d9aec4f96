import type { Bound } from '../api/indicators.ts';

/** From worst to best; read apart by lightness too, so that they differ without seeing red and green. */
const ramp = ['#b5382b', '#e08a3c', '#eec15a', '#8fc6a4', '#1f6f5c'];
const named: [RegExp, string][] = [
  [/bad|poor|low|critical/i, ramp[0]!],
  [/ok|fair|warn|medium|moderate/i, ramp[2]!],
  [/good|high|best|target/i, ramp[4]!],
];

/** By its name where that says good or bad, else by its place among the others. */
export function boundColour(bound: Pick<Bound, 'bound_name'>, index: number, of: number): string {
  const byName = named.find(([words]) => words.test(bound.bound_name))?.[1];
  return byName ?? ramp[of < 2 ? 4 : Math.round((index / (of - 1)) * (ramp.length - 1))]!;
}

/** The lowest first; without ends it reaches as far as there are numbers. */
export const inOrder = <T extends Pick<Bound, 'mn_val' | 'mx_val'>>(bounds: readonly T[]): T[] =>
  [...bounds].sort((a, b) => (a.mn_val ?? Number.NEGATIVE_INFINITY) - (b.mn_val ?? Number.NEGATIVE_INFINITY));
