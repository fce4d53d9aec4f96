/**
 * A name for each, by its id. Of equal names the first addition that differs between all of them tells which is which,
 * else the last.
 */
export function tellApart<T extends { id: number; name: string }>(
  all: readonly T[],
  ...additions: ((one: T) => string)[]
): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, alike] of Map.groupBy(all, (one) => one.name)) {
    const addition = additions.find((of) => new Set(alike.map(of)).size === alike.length) ?? additions.at(-1);
    const isAlone = alike.length === 1 || addition === undefined;
    for (const one of alike) names.set(one.id, isAlone ? name : `${name} (${addition(one)})`);
  }
  return names;
}
