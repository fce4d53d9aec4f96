import { defineChange } from '../platform/changes/index.ts';

export interface PlacesMoved {
  /** Null: was, or has become, a root. Both chains of ancestors have to be looked at again. */
  moved: { locationId: number; from: number | null; to: number | null }[];
}

/** A place with everything below it has another parent. New and deleted places have no values to roll up. */
export const placesMoved = defineChange<PlacesMoved>();
