import { fetchApi, fetchWithTag, ifMatch } from './fetch-api.ts';
import { Problem } from './problem.ts';

/** Somebody else changed the same fields since they were read. */
export class Overtaken extends Problem {
  readonly now: object;

  constructor(now: object, fields: string[]) {
    const names = fields.map((name) => name.replace(/_id$/, '').replaceAll('_', ' '));
    super(412, 'overtaken', `Somebody changed this in the meantime: ${names.join(', ')}.`);
    this.now = now;
  }
}

const mostTries = 3;

/**
 * Changes the fields that are wanted otherwise than they were read, and only those: what somebody else changed beside
 * them stays. Throws `Overtaken` where they changed the same ones.
 */
export async function changeFields<Fields extends object, Found extends Fields>(
  path: string,
  read: Fields,
  wanted: Fields,
): Promise<Found> {
  const names = (Object.keys(wanted) as (keyof Fields & string)[]).filter((name) => !same(wanted[name], read[name]));
  for (let attempt = 1; ; attempt += 1) {
    const { found: now, tag } = await fetchWithTag<Found>(path);
    const lost = names.filter((name) => !same(now[name], read[name]) && !same(now[name], wanted[name]));
    if (lost.length > 0) throw new Overtaken(now, lost);
    if (names.length === 0) return now;
    try {
      const body = Object.fromEntries(names.map((name) => [name, wanted[name]]));
      return await fetchApi<Found>(path, { method: 'PATCH', body, ...ifMatch(tag) });
    } catch (error) {
      if (!(error instanceof Problem && error.status === 412) || attempt === mostTries) throw error;
    }
  }
}

/** Gives what `changeFields` changed back what it was, unless somebody changed it since. */
export function undoFields<Fields extends object, Found extends Fields>(
  path: string,
  { read, wanted, saved }: { read: Fields; wanted: Fields; saved: Found },
): Promise<Found> {
  return changeFields<Fields, Found>(path, rebased(wanted, wanted, saved), rebased(read, wanted, saved, read));
}

/** What was typed over what is now there: fields that are as they were read become what they are now. */
export const rebased = <Fields extends object>(read: Fields, typed: Fields, now: Fields, otherwise = typed): Fields =>
  Object.fromEntries(
    (Object.keys(typed) as (keyof Fields & string)[]).map((name) => [
      name,
      same(typed[name], read[name]) ? now[name] : otherwise[name],
    ]),
  ) as Fields;

const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
