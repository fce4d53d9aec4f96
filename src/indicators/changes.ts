import { defineChange } from '../platform/changes/index.ts';

export interface DefinitionsChanged {
  /** The indicators whose own definition has changed, and all that are calculated from them. */
  indicatorIds: number[];
}

/** Formula, operator, weight, format or period of indicators: their values have to be worked out again. */
export const definitionsChanged = defineChange<DefinitionsChanged>();
