import type { Bound, Indicator } from '../api/indicators.ts';

/** From worst to best; read apart by lightness too, so that they differ without seeing red and green. */
const ramp = ['#b5382b', '#e08a3c', '#eec15a', '#8fc6a4', '#1f6f5c'];
/** Of what is more or less and neither good nor bad. */
export const shades = ['#dbe6f1', '#a9c5e0', '#6f9fcb', '#3f74a8', '#1d4470'];

type Range = Pick<Bound, 'bound_name' | 'mn_val' | 'mx_val' | 'direction'>;
type Sides = Pick<Indicator, 'good_bound' | 'bad_bound'>;

/**
 * Colours of ranges, which are in order: by the side that is good, as the good and the bad bound of the indicator say it,
 * else a direction that somebody chose, else the names. 1 is what a range has whose direction nobody chose, so names come
 * before it. Where nothing says what is good, lighter is less.
 */
export function rangeColours(ranges: readonly Range[], sides: Sides | undefined): string[] {
  const isMoreGood = goodSide(sides) ?? directionOf(ranges);
  if (isMoreGood !== 0 && ranges.length > 1) return spread(ramp, ranges.length, isMoreGood < 0);
  return byNames(ranges) ?? spread(shades, ranges.length, false);
}

/** 1 where more is better, -1 where less is, 0 where the names say it, the ranges differ or nobody said anything. */
export function directionOf(ranges: readonly Range[]): number {
  const found = new Set(ranges.map(({ direction }) => Math.sign(direction)));
  const [only = 0] = found.size === 1 ? found : [];
  return only > 0 && byNames(ranges) !== undefined ? 0 : only;
}

const byNames = (ranges: readonly Range[]) => coloursOfLevels(ranges.map(({ bound_name }) => levelOf(bound_name)));

/** 1 where more is better, -1 where less is, undefined where the indicator does not say. */
export function goodSide(sides: Sides | undefined): 1 | -1 | undefined {
  const { good_bound: good = null, bad_bound: bad = null } = sides ?? {};
  if (good === null || bad === null || good === bad) return undefined;
  return good > bad ? 1 : -1;
}

/** From one end of the colours to the other. */
function spread(colours: readonly string[], of: number, isBackwards: boolean): string[] {
  const last = colours.length - 1;
  return Array.from({ length: of }, (_, index) => {
    const at = of < 2 ? Math.round(last / 2) : Math.round((index / (of - 1)) * last);
    return colours[isBackwards ? last - at : at]!;
  });
}

/** 0 is bad, 1 is so so, 2 is good; undefined: the words do not say. */
type Level = 0 | 1 | 2 | undefined;

/** Undefined where no name says good or bad. Good and bad with others between them are a scale. */
function coloursOfLevels(levels: readonly Level[]): string[] | undefined {
  const known = levels.filter((level) => level !== undefined);
  if (!known.some((level) => level !== 1)) return undefined;
  const isScale = known.includes(0) && known.includes(2);
  if (isScale && isRising(known)) return spread(ramp, levels.length, false);
  if (isScale && isRising(known.toReversed())) return spread(ramp, levels.length, true);
  const others = spread(shades, levels.length, false);
  return levels.map((level, index) => (level === undefined ? others[index]! : ramp[level * 2]!));
}

const isRising = (levels: readonly number[]) =>
  levels.every((level, index) => index === 0 || level >= levels[index - 1]!);

const bad = 'bad|poor|critical|worst|worse|severe|unacceptable|insufficient|inadequate|dangerous|alarming|emergency';
const words: [RegExp, Level][] = [
  [/^(below|off|under|missed|not on|not at|far from) (the )?target$|^target (missed|not met)$/, 0],
  [/^(on|at|above) (the )?target$|^target (met|reached)$/, 2],
  [new RegExp(`^not (${bad})$`), 1],
  [/^not (so |very |quite )?(good|ok|okay|fair|acceptable|adequate|satisfactory)$/, 0],
  [new RegExp(`^(very |quite |rather |so |too )?(${bad})$`), 0],
  [/^(ok|okay|fair|so so|warning|warn|medium|moderate|mediocre|middling|acceptable)$/, 1],
  [/^(very |quite |rather )?(good|best|better|excellent|satisfactory|adequate)$/, 2],
];

/** What the whole name says: "Not good" is not good, and "Broken" has nothing to do with ok. */
function levelOf(name: string): Level {
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, ' ')
    .trim();
  return words.find(([pattern]) => pattern.test(plain))?.[1];
}

/** Nothing lies between two categories: their colours are no shades of one, nor from red to green by their order. */
const apart = ['#4f7fc4', '#d98e1f', '#8a6bbd', '#5aa7b5', '#c9b458', '#7d5a3c', '#b8679a', '#6b7785'];

/** Of categories: what their names say where each says it, else colours that only tell them apart. */
export function categoryColours(labels: readonly string[]): string[] {
  const levels = labels.map(levelOf);
  const isTold = levels.length > 0 && levels.every((level) => level !== undefined);
  const told = isTold && new Set(levels).size === levels.length ? coloursOfLevels(levels) : undefined;
  return told ?? labels.map((_, index) => apart[index % apart.length]!);
}

/** The lowest first; without ends it reaches as far as there are numbers. */
export const inOrder = <T extends Pick<Bound, 'mn_val' | 'mx_val'>>(bounds: readonly T[]): T[] =>
  [...bounds].sort((a, b) => (a.mn_val ?? Number.NEGATIVE_INFINITY) - (b.mn_val ?? Number.NEGATIVE_INFINITY));
