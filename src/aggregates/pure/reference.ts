import type { CalculationRole, DataFormat, Operator } from '../../indicators/index.ts';

/**
 * The rules of the monitoring contract §8.1–8.5 said as plainly as possible: one value at a time, by recursion, in
 * memory. Nothing serves requests from it. It is what the set-based SQL of this module is compared with.
 */

export type ReferenceOperator = Operator;
/** The date roles are about groups of days, not about cells. */
export type ReferenceRole = Exclude<CalculationRole, 'latest_date' | 'district_count'>;

export interface ReferenceIndicator {
  id: number;
  dataFormat: DataFormat;
  aggregation?: ReferenceOperator | null;
  weightId?: number | null;
  components?: { id: number; role: ReferenceRole }[];
}

export interface ReferenceStored {
  indicatorId: number;
  locationId: number;
  /** Null is no value; 0 is one. */
  value: number | null;
  /** For `last`: anything that grows with time. Equal times: the higher location wins. */
  enteredAt?: number;
}

export interface ReferenceWorld {
  /** Parents may come in any order; any number of roots. */
  places: { id: number; parentId: number | null }[];
  indicators: ReferenceIndicator[];
  /** The values that count (§7.7), of one period. */
  stored: ReferenceStored[];
}

export interface Effective {
  value: number | null;
  isStored: boolean;
  isAgg: boolean;
  isCalculated: boolean;
  isPartial: boolean;
  hasConflict: boolean;
  conflictBelow: boolean;
  missingPart: boolean;
  divisionByZero: boolean;
  /** Its value would be beyond a double: there is none. */
  outOfRange: boolean;
  /** Branches descended into that have a value, and all of them: their quotient is the coverage. */
  branchesWithValue: number;
  branches: number;
  /** Where a value is stored: what there would be without it. */
  computed: number | null;
}

export interface Reference {
  at(indicatorId: number, locationId: number): Effective;
}

const nothing: Effective = {
  value: null,
  isStored: false,
  isAgg: false,
  isCalculated: false,
  isPartial: false,
  hasConflict: false,
  conflictBelow: false,
  missingPart: false,
  divisionByZero: false,
  outOfRange: false,
  branchesWithValue: 0,
  branches: 1,
  computed: null,
};

export function referenceOf(world: ReferenceWorld, zeroDivision: 'null' | 'zero' = 'null'): Reference {
  const indicators = new Map(world.indicators.map((indicator) => [indicator.id, indicator]));
  const children = Map.groupBy(
    world.places.toSorted((a, b) => a.id - b.id),
    (place) => place.parentId,
  );
  const stored = new Map(
    world.stored.filter((one) => one.value !== null).map((one) => [`${one.indicatorId}:${one.locationId}`, one]),
  );
  const known = new Map<string, Effective>();
  const memory = <T>(key: string, memo: Map<string, T>, work: () => T): T => {
    if (!memo.has(key)) memo.set(key, work());
    return memo.get(key) as T;
  };

  const isStored = (i: number, l: number) => stored.has(`${i}:${l}`);
  const below = (l: number) => (children.get(l) ?? []).map((place) => place.id);
  const atOrBelow = new Map<string, boolean>();
  const isStoredAtOrBelow = (i: number, l: number): boolean =>
    memory(`${i}:${l}`, atOrBelow, () => isStored(i, l) || below(l).some((child) => isStoredAtOrBelow(i, child)));
  const componentsOf = (i: number, role: ReferenceRole) =>
    (indicators.get(i)?.components ?? []).filter((one) => one.role === role).map((one) => one.id);
  const partsOf = (i: number) => componentsOf(i, 'PART_TO_BE_SUMMED');
  /** Parts, parts of parts, and so on. */
  const inside = (i: number): Set<number> => {
    const found = new Set<number>();
    const queue = [...partsOf(i)];
    for (let part = queue.pop(); part !== undefined; part = queue.pop()) {
      if (found.has(part)) continue;
      found.add(part);
      queue.push(...partsOf(part));
    }
    return found;
  };

  /** §8.2. */
  const at = (i: number, l: number): Effective =>
    memory(`${i}:${l}`, known, () => {
      const computed = computedAt(i, l);
      const own = stored.get(`${i}:${l}`)?.value ?? null;
      if (own === null) return computed;
      return {
        ...nothing,
        value: own,
        isStored: true,
        hasConflict: computed.value !== null && differ(own, computed.value),
        branchesWithValue: 1,
        computed: computed.value,
      };
    });

  /** Rules 2 to 4: what there is without a stored value of `i` at `l`. The first that gives a value (§8.4). */
  const computedAt = (i: number, l: number): Effective => {
    const indicator = indicators.get(i)!;
    const ways: Effective[] = [
      quotient(i, l, 'WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE'),
      quotient(i, l, 'NUMERATOR', 'DENOMINATOR'),
      summed(i, l),
    ];
    if ((indicator.components ?? []).length === 0 || (indicator.aggregation ?? null) !== null)
      ways.push(rolledUp(i, l));
    const readable = ways.map((way) => (Number.isFinite(way.value ?? 0) ? way : beyond(way)));
    return (
      readable.find((way) => way.value !== null) ??
      readable.find((way) => way.divisionByZero || way.outOfRange) ??
      nothing
    );
  };

  /** Rule 3: n ÷ d, or (whole − part) ÷ whole. */
  const quotient = (i: number, l: number, upper: ReferenceRole, lower: ReferenceRole): Effective => {
    const sides = [upper, lower].map((role) => componentsOf(i, role).map((id) => at(id, l)));
    const [a, b] = sides.map((side) => total(side));
    if (a === null || b === null || a === undefined || b === undefined) return nothing;
    const isDifference = upper === 'WHOLE_OF_DIFFERENCE';
    const divisor = isDifference ? a : b;
    const used = sides.flat().filter((one) => one.value !== null);
    const facts = calculatedFrom(used, sides.flat().length > used.length);
    if (divisor !== 0) return { ...facts, value: isDifference ? (a - b) / a : a / b };
    return zeroDivision === 'zero' ? { ...facts, value: 0, divisionByZero: true } : withoutValue(facts);
  };

  /** Rule 2. */
  const summed = (i: number, l: number): Effective => {
    if (partsOf(i).length === 0) return nothing;
    if ([...inside(i)].some((part) => isStored(part, l)) || countedParts(i, l).used.some((part) => isDivided(part, l)))
      return sumOfParts(i, l);
    const branches = below(l).map((child) => at(i, child));
    const used = branches.filter((one) => one.value !== null);
    if (used.length === 0) return nothing;
    return {
      ...nothing,
      value: total(used),
      isAgg: true,
      isCalculated: used.some((one) => one.isCalculated),
      isPartial: used.length < branches.length || used.some((one) => one.isPartial),
      conflictBelow: used.some((one) => one.hasConflict || one.conflictBelow),
      branchesWithValue: used.reduce((sum, one) => sum + one.branchesWithValue, 0),
      branches: branches.reduce((sum, one) => sum + (one.value === null ? 1 : one.branches), 0),
    };
  };

  /** A ratio or difference that is calculated here: it does not add up over places. */
  const isDivided = (i: number, l: number): boolean =>
    partsOf(i).length === 0 && (indicators.get(i)!.components ?? []).length > 0 && at(i, l).isCalculated;

  /** §8.4: expansion stops at a part stored at or below, or without parts; each counts once, none inside another. */
  const countedParts = (i: number, l: number): { used: number[]; isMissing: boolean } => {
    const reached = new Set<number>();
    const ends = new Set<number>();
    const queue = [...partsOf(i)];
    for (let part = queue.pop(); part !== undefined; part = queue.pop()) {
      if (reached.has(part)) continue;
      reached.add(part);
      if (partsOf(part).length === 0 || isStoredAtOrBelow(part, l)) ends.add(part);
      else queue.push(...partsOf(part));
    }
    const counted = [...ends].filter((part) => at(part, l).value !== null);
    const covered = new Set(counted.flatMap((part) => [...inside(part)]));
    return {
      used: counted.filter((part) => !covered.has(part)),
      isMissing: [...ends].some((part) => !covered.has(part) && at(part, l).value === null),
    };
  };

  const sumOfParts = (i: number, l: number): Effective => {
    const { used: counted, isMissing } = countedParts(i, l);
    const used = counted.map((part) => at(part, l));
    return used.length === 0 ? nothing : { ...calculatedFrom(used, isMissing), value: total(used) };
  };

  /** Rule 4: the operator over the nearest stored values on each branch (§8.1, §8.3). */
  const rolledUp = (i: number, l: number): Effective => {
    const { contributions, deadEnds } = contributionsTo(i, l);
    if (contributions.length === 0) return nothing;
    const { weightId = null } = indicators.get(i)!;
    const operator = operatorOf(indicators.get(i)!);
    const weighed = contributions.map((one) => ({
      ...one,
      weight: operator === 'weighted_mean' ? (weightId === null ? null : at(weightId, one.locationId).value) : 1,
    }));
    const used = weighed.filter((one) => one.weight !== null) as (ReferenceStored & { weight: number })[];
    const value = combine(operator, used);
    const facts = {
      ...nothing,
      value,
      isAgg: true,
      isPartial: deadEnds > 0 || used.length < weighed.length,
      conflictBelow: contributions.some((one) => at(i, one.locationId).hasConflict),
      branchesWithValue: used.length,
      branches: contributions.length + deadEnds,
    };
    if (value !== null) return facts;
    return operator === 'weighted_mean' && used.length > 0 ? withoutValue(facts) : nothing;
  };

  /** A branch without anything stored in it, however large, is one dead end. */
  const contributionsTo = (i: number, l: number): { contributions: ReferenceStored[]; deadEnds: number } => {
    const found = { contributions: [] as ReferenceStored[], deadEnds: 0 };
    for (const child of below(l)) {
      const own = stored.get(`${i}:${child}`);
      if (own !== undefined) found.contributions.push(own);
      else if (!isStoredAtOrBelow(i, child)) found.deadEnds += 1;
      else {
        const deeper = contributionsTo(i, child);
        found.contributions.push(...deeper.contributions);
        found.deadEnds += deeper.deadEnds;
      }
    }
    return found;
  };

  return { at };
}

/** Beyond a double there is no value, as where it is divided by zero. */
const beyond = (way: Effective): Effective => ({ ...withoutValue(way), divisionByZero: false, outOfRange: true });

/** A division by zero: no value, and what is known of what it would have come from. */
function withoutValue({ isPartial, conflictBelow, missingPart }: Effective): Effective {
  return { ...nothing, divisionByZero: true, isPartial, conflictBelow, missingPart };
}

/** What is calculated is as complete as its least complete component. */
function calculatedFrom(used: Effective[], isMissing: boolean): Effective {
  const worst = used.toSorted(
    (a, b) => a.branchesWithValue / a.branches - b.branchesWithValue / b.branches || b.branches - a.branches,
  )[0]!;
  return {
    ...nothing,
    isCalculated: true,
    isAgg: used.some((one) => one.isAgg),
    isPartial: used.some((one) => one.isPartial),
    conflictBelow: used.some((one) => one.hasConflict || one.conflictBelow),
    missingPart: isMissing,
    branchesWithValue: worst.branchesWithValue,
    branches: worst.branches,
  };
}

/** §8.3; where parts are summed nothing else makes sense. */
export function operatorOf(indicator: ReferenceIndicator): ReferenceOperator {
  if ((indicator.components ?? []).some((one) => one.role === 'PART_TO_BE_SUMMED')) return 'sum';
  if (indicator.aggregation != null) return indicator.aggregation;
  if (indicator.dataFormat === 'bool') return 'mean';
  return indicator.dataFormat === 'int' || indicator.dataFormat === 'float' ? 'sum' : 'none';
}

function combine(
  operator: ReferenceOperator,
  used: { value: number | null; weight: number; enteredAt?: number; locationId: number }[],
): number | null {
  if (used.length === 0) return null;
  const values = used.map((one) => one.value as number);
  switch (operator) {
    case 'none':
      return null;
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'count':
      return values.length;
    case 'last':
      return used.toSorted((a, b) => (b.enteredAt ?? 0) - (a.enteredAt ?? 0) || b.locationId - a.locationId)[0]!.value;
    case 'mean':
    case 'weighted_mean': {
      const weight = used.reduce((sum, one) => sum + one.weight, 0);
      return weight === 0 ? null : used.reduce((sum, one) => sum + one.weight * (one.value as number), 0) / weight;
    }
  }
}

function total(of: Effective[]): number | null {
  const values = of.map((one) => one.value).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** Numbers that were divided on their way are not compared to the last digit. */
function differ(a: number, b: number): boolean {
  return Math.abs(a - b) > 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

export interface DatedStored extends ReferenceStored {
  /** The calendar day, `YYYY-MM-DD`. */
  date: string;
}

export interface GroupValue {
  value: number | null;
  hasConflict: boolean;
  isAgg: boolean;
  isPartial: boolean;
  mixedLevels: boolean;
  notAggregable: boolean;
  divisionByZero: boolean;
  /** From the groups of its components. */
  isCalculated: boolean;
}

/**
 * §6.3: geography first, each date by itself, then time with the same operator. Ratios and differences come from the
 * groups of their components, else from what is stored for themselves; sums add up what each date gave.
 */
export function groupedReference(
  world: Omit<ReferenceWorld, 'stored'> & { stored: DatedStored[] },
  groupOf: (date: string) => string,
): (indicatorId: number, locationId: number, group: string) => GroupValue {
  const indicators = new Map(world.indicators.map((indicator) => [indicator.id, indicator]));
  const days = Map.groupBy(world.stored, (one) => one.date);
  const byDay = [...days]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, stored]) => ({
      date,
      stored,
      reference: referenceOf({ ...world, stored }),
    }));
  const none: GroupValue = {
    value: null,
    hasConflict: false,
    isAgg: false,
    isPartial: false,
    mixedLevels: false,
    notAggregable: false,
    divisionByZero: false,
    isCalculated: false,
  };

  const at = (i: number, l: number, group: string): GroupValue => {
    const indicator = indicators.get(i)!;
    const ofRole = (role: ReferenceRole) =>
      (indicator.components ?? []).filter((one) => one.role === role).map((one) => at(one.id, l, group).value);
    const isQuotient = (indicator.components ?? []).some((one) => one.role !== 'PART_TO_BE_SUMMED');
    const isSum = (indicator.components ?? []).some((one) => one.role === 'PART_TO_BE_SUMMED');
    // What is stored for a quotient counts where the groups of its components give nothing; ratios of days never join.
    const cells = byDay
      .filter((day) => groupOf(day.date) === group)
      .map((day) => day.reference.at(i, l))
      .filter((cell) => cell.value !== null && (!isQuotient || isSum || cell.isStored || !cell.isCalculated));
    const given = folded(indicator, l, cells);
    if (!isQuotient) return sumOfGroups(i, l, group) ?? given;
    let isZero = false;
    for (const [upper, lower] of [
      ['WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE'],
      ['NUMERATOR', 'DENOMINATOR'],
    ] as const) {
      const [a, b] = [addUp(ofRole(upper)), addUp(ofRole(lower))];
      if (a === null || b === null) continue;
      const divisor = upper === 'NUMERATOR' ? b : a;
      if (divisor !== 0) {
        const value = upper === 'NUMERATOR' ? a / b : (a - b) / a;
        return { ...none, value, divisionByZero: isZero, isCalculated: true };
      }
      isZero = true;
    }
    return given.value === null && isZero ? { ...none, divisionByZero: true } : given;
  };

  const parentOf = new Map(world.places.map((place) => [place.id, place.parentId]));
  const isWithin = (l: number | null | undefined, top: number): boolean =>
    l != null && (l === top || isWithin(parentOf.get(l), top));
  const partsOf = (i: number) =>
    (indicators.get(i)?.components ?? []).filter((one) => one.role === 'PART_TO_BE_SUMMED').map((one) => one.id);
  const inside = (i: number): number[] => partsOf(i).flatMap((part) => [part, ...inside(part)]);

  /** As the sum of parts of one day, where a ratio or difference of the group counts: these do not add up over time. */
  const sumOfGroups = (i: number, l: number, group: string): GroupValue | undefined => {
    const isStoredBelow = (part: number) =>
      world.stored.some(
        (one) =>
          one.indicatorId === part && one.value !== null && groupOf(one.date) === group && isWithin(one.locationId, l),
      );
    const ends = (whole: number): number[] =>
      partsOf(whole).flatMap((part) => (partsOf(part).length === 0 || isStoredBelow(part) ? [part] : ends(part)));
    const valued = [...new Set(ends(i))].filter((part) => at(part, l, group).value !== null);
    const covered = new Set(valued.flatMap(inside));
    const used = valued.filter((part) => !covered.has(part));
    const isDivided = used.some((part) => partsOf(part).length === 0 && at(part, l, group).isCalculated);
    if (!isDivided) return undefined;
    return { ...none, value: addUp(used.map((part) => at(part, l, group).value)), isCalculated: true };
  };

  const folded = (indicator: ReferenceIndicator, l: number, cells: Effective[]): GroupValue => {
    if (cells.length === 0) return none;
    const operator = operatorOf(indicator);
    const value =
      operator === 'none'
        ? cells.length === 1
          ? cells[0]!.value
          : null
        : combine(
            operator === 'count' ? 'sum' : operator,
            cells.map((cell, index) => ({
              ...cell,
              // What is stored is one contribution, whatever number it is.
              value: operator === 'count' && cell.isStored ? 1 : cell.value,
              weight: cell.branchesWithValue,
              enteredAt: index,
              locationId: l,
            })),
          );
    return {
      ...none,
      value,
      hasConflict: cells.some((cell) => cell.hasConflict),
      isAgg: cells.some((cell) => cell.isAgg),
      isPartial: cells.some((cell) => cell.isPartial),
      mixedLevels: cells.some((cell) => cell.isStored) && cells.some((cell) => cell.isAgg),
      notAggregable: operator === 'none' && cells.length > 1,
    };
  };
  return at;
}

function addUp(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
