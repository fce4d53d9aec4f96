import type { Context } from '../../platform/context.ts';
import { raw, type Sql } from '../../platform/db/index.ts';
import type { PlaceLevel } from '../rights.ts';

/** How the tree of places answers "is this row inside?", as SQL over the row's place column. */
export interface Places {
  /** Inside a subtree for which the user holds a responsibility of at least this level. */
  ofUser(column: Sql, userId: string, level: PlaceLevel): Sql;
  /** Inside the subtree of one of these places. */
  below(column: Sql, locationIds: readonly number[]): Sql;
}

/** Without a tree nobody is responsible for any place: the safe answer. */
const noPlaces: Places = { ofUser: () => raw('false'), below: () => raw('false') };

const known = new WeakMap<Context, Places>();

/** Called once at start by the module that owns the tree, which lies above this one. */
export function providePlaces(context: Context, places: Places): void {
  known.set(context, places);
}

export function placesOf(context: Context): Places {
  return known.get(context) ?? noPlaces;
}
