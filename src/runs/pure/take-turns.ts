export type ShareSize = 'small' | 'medium' | 'large';

/** A run that wants one of the places. */
export interface Share {
  owner: string;
  size: ShareSize;
}

export interface WaitingShare extends Share {
  id: string;
  /** When its owner last got a place, ms; null: never yet. */
  lastTurn: number | null;
}

/** How many may be worked on at once. */
export interface Places {
  all: number;
  perOwner: number;
  /** Of all, kept free for small ones; one place stays for the others. */
  forSmall: number;
  large: number;
}

/**
 * The order in which places are given, from the order of arrival: owners take turns, first those who have fewest at work,
 * then those whose last turn is longest ago; of one owner's the oldest first.
 */
export function inTurn<Run extends WaitingShare>(waiting: readonly Run[], working: readonly Share[]): Run[] {
  const taken = countBy(working, ({ owner }) => owner);
  const ranked = waiting.map((run, arrival) => {
    const round = taken.get(run.owner) ?? 0;
    taken.set(run.owner, round + 1);
    return { run, round, arrival };
  });
  const turnOf = ({ run }: { run: Run }) => run.lastTurn ?? Number.NEGATIVE_INFINITY;
  ranked.sort((a, b) => a.round - b.round || compare(turnOf(a), turnOf(b)) || a.arrival - b.arrival);
  return ranked.map(({ run }) => run);
}

/** Who gets a place now, in order. One that no place fits is passed over, so that a large one keeps no small one waiting. */
export function takeTurns<Run extends WaitingShare>(
  waiting: readonly Run[],
  working: readonly Share[],
  places: Places,
): Run[] {
  const owners = countBy(working, ({ owner }) => owner);
  const sizes = countBy(working, ({ size }) => size);
  const count = (size: ShareSize) => sizes.get(size) ?? 0;
  const notSmall = Math.max(1, places.all - places.forSmall);
  const fits = ({ owner, size }: Run) => {
    if (count('small') + count('medium') + count('large') >= places.all) return false;
    if ((owners.get(owner) ?? 0) >= places.perOwner) return false;
    if (size !== 'small' && count('medium') + count('large') >= notSmall) return false;
    return size !== 'large' || count('large') < places.large;
  };
  const admitted: Run[] = [];
  for (const run of inTurn(waiting, working)) {
    if (!fits(run)) continue;
    owners.set(run.owner, (owners.get(run.owner) ?? 0) + 1);
    sizes.set(run.size, count(run.size) + 1);
    admitted.push(run);
  }
  return admitted;
}

function countBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
