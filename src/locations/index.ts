import { providePlaces } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import { places } from './places.ts';

export { type PlacesMoved, placesMoved } from './changes.ts';
export { checkTree } from './check-tree.ts';
export { type PlaceValues, providePlaceValues, type ValueFilter } from './place-values.ts';
export { topLocation } from './places.ts';
export { idsOf } from './pure/selection.ts';
export { locationResources, locationRoutes } from './routes.ts';
/** For resources with values at places, in the modules above. */
export {
  /** @public */
  filterPeriodParameters,
  /** @public */
  placesSelected,
  /** @public */
  selectionParameters,
} from './select-places.ts';
export { simplifyShapes } from './simplify-shapes.ts';

/** From now on the permission predicate knows the tree. */
export function provideLocations(context: Context): void {
  providePlaces(context, places);
}
