import type { CalculationRole, Operator } from '../../../indicators/index.ts';
import { marks } from '../../pure/marks.ts';

/** What one value rests on, as read from the tables, and the rules that say which way it came about (§8.2). */

export interface CellFacts {
  id: number | null;
  value: number | null;
  marks: number;
  /** Where a value is stored: what there would be without it. */
  computed: number | null;
  coverage: number | null;
  datapointId: number | null;
  definitionVersion: number;
  at: Date | null;
  /** Something of this indicator is stored here or below. */
  isFolded: boolean;
  weightId: number | null;
  operator: Operator;
  /** The operator is asked where nothing is calculated. */
  fallsBack: boolean;
}

export interface StoredCandidate {
  id: number;
  value: number | null;
  origin: 'entry' | 'script' | 'document';
  datasetId: string | null;
  revision: number | null;
  documentId: number | null;
  row: number | null;
  column: string | null;
  raw: string | null;
  runId: string | null;
  note: string | null;
  at: Date;
  enteredBy: number | null;
  username: string | null;
}

/** A cell that goes into another. */
export interface Input {
  id: number | null;
  indicatorId: number;
  shortName: string;
  locationId: number;
  locationName: string;
  value: number | null;
  marks: number;
  origin: StoredCandidate['origin'] | null;
  /** In a weighted mean. */
  weight?: number | null;
}

export interface CellComponent extends Input {
  role: CalculationRole;
}

export interface PartCell extends Input {
  whole: number;
  isFolded: boolean;
  /** A ratio or difference: where it is calculated, a sum is that of its parts at the place itself. */
  isQuotient: boolean;
}

/** How a value that is not stored came about: the first way that gives one. */
export type Way =
  | { by: 'formula'; roles: readonly CalculationRole[] }
  | { by: 'parts'; parts: PartCell[] }
  | { by: 'children' }
  | { by: 'contributions' }
  | { by: 'nothing' };

const difference = ['WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE'] as const;
const ratio = ['NUMERATOR', 'DENOMINATOR'] as const;

export function wayOf(
  indicatorId: number,
  { operator, fallsBack }: Pick<CellFacts, 'operator' | 'fallsBack'>,
  components: readonly CellComponent[],
  parts: readonly PartCell[],
): Way {
  const total = (role: CalculationRole) => sumOf(components.filter((one) => one.role === role));
  const [whole, part, numerator, denominator] = [...difference, ...ratio].map(total) as (number | null)[];
  const isGiven = (upper: CalculationRole, lower: CalculationRole) => total(upper) !== null && total(lower) !== null;
  // What is divided by zero, or beyond a double, is no value.
  if (isGiven(...difference) && Number.isFinite((whole! - part!) / whole!)) return { by: 'formula', roles: difference };
  if (isGiven(...ratio) && Number.isFinite(numerator! / denominator!)) return { by: 'formula', roles: ratio };
  if (parts.length > 0) {
    const ends = countedParts(indicatorId, parts);
    const counted = ends.filter((part) => part.value !== null);
    const isHere =
      parts.some((part) => (part.marks & marks.stored) !== 0) ||
      counted.some((part) => part.isQuotient && (part.marks & marks.calculated) !== 0);
    if (!isHere) return { by: 'children' };
    if (counted.length > 0) return { by: 'parts', parts: ends };
  }
  // Such a division has no value, but inputs that explain it.
  if (isGiven(...difference)) return { by: 'formula', roles: difference };
  if (isGiven(...ratio)) return { by: 'formula', roles: ratio };
  return operator === 'none' || !fallsBack ? { by: 'nothing' } : { by: 'contributions' };
}

/**
 * §8.4: expansion stops at a part stored at or below, or without parts; each counts once, none inside another. Those
 * without a value are missing.
 */
function countedParts(indicatorId: number, parts: readonly PartCell[]): PartCell[] {
  const below = Map.groupBy(parts, (part) => part.whole);
  const ends = new Map<number, PartCell>();
  const seen = new Set<number>();
  const queue = [...(below.get(indicatorId) ?? [])];
  for (let part = queue.pop(); part !== undefined; part = queue.pop()) {
    if (seen.has(part.indicatorId)) continue;
    seen.add(part.indicatorId);
    const own = below.get(part.indicatorId) ?? [];
    if (own.length === 0 || part.isFolded) ends.set(part.indicatorId, part);
    else queue.push(...own);
  }
  const inside = (id: number, found = new Set<number>()): Set<number> => {
    for (const { indicatorId: part } of below.get(id) ?? []) {
      if (found.has(part)) continue;
      found.add(part);
      inside(part, found);
    }
    return found;
  };
  const valued = [...ends.values()].filter((part) => part.value !== null);
  const covered = new Set(valued.flatMap((part) => [...inside(part.indicatorId)]));
  return [...ends.values()]
    .filter((part) => !covered.has(part.indicatorId))
    .toSorted((a, b) => a.shortName.localeCompare(b.shortName));
}

function sumOf(of: readonly Input[]): number | null {
  const values = of.map((one) => one.value).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** `(seen − vaccinated) ÷ seen`: what the components in these roles are put together to. */
export function formulaText(of: readonly { role: CalculationRole; shortName: string }[]): string {
  const named = (role: CalculationRole) => of.filter((one) => one.role === role).map((one) => one.shortName);
  const sum = (names: string[]) => (names.length === 1 ? names[0]! : `(${names.join(' + ')})`);
  const wholes = named('WHOLE_OF_DIFFERENCE');
  if (wholes.length > 0) return `(${sum(wholes)} − ${sum(named('PART_OF_DIFFERENCE'))}) ÷ ${sum(wholes)}`;
  const numerators = named('NUMERATOR');
  if (numerators.length > 0) return `${sum(numerators)} ÷ ${sum(named('DENOMINATOR'))}`;
  const parts = named('PART_TO_BE_SUMMED');
  if (parts.length > 0) return parts.join(' + ');
  return of.map(({ role, shortName }) => `${role}(${shortName})`).join(', ');
}

/** Why a stored value does not count while another does (§7.7). */
export function reasonSuperseded(winner: StoredCandidate, other: StoredCandidate): string {
  if (winner.origin === 'entry') return winner.value === null ? 'cleared by hand' : 'entered by hand';
  if (winner.origin === 'script' && other.origin === 'document') return 'a script counts before documents';
  if (winner.origin !== 'document') return `older ${other.origin}`;
  const isSame = winner.datasetId === other.datasetId && winner.revision === other.revision;
  if (!isSame) return 'older document';
  return winner.row === other.row ? 'another column' : 'earlier row';
}

/** What a cell is at a glance, as inputs are listed. */
export function kindOf({ marks: bits, origin }: Pick<Input, 'marks' | 'origin'>): string {
  if ((bits & marks.stored) !== 0) return origin === 'entry' ? 'entry' : 'stored';
  if ((bits & marks.calculated) !== 0) return 'calculated';
  return (bits & marks.agg) !== 0 ? 'rolled_up' : 'none';
}

const flagNames = [
  ['is_agg', 2],
  ['is_calculated', 4],
  ['is_partial', 8],
  ['has_conflict', 16],
  ['conflict_below', 32],
  ['missing_part', 64],
  ['division_by_zero', 128],
  ['not_aggregable', 256],
  ['mixed_levels', 512],
  ['out_of_range', 1024],
] as const;

export const flagsOf = (bits: number): string[] =>
  flagNames.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
