import { defineChange } from '../platform/changes/index.ts';

export interface DefinitionsChanged {
  /** The indicators whose own definition has changed, and all that are calculated from them. */
  indicatorIds: number[];
}

/** Formula, operator, weight, format or period of indicators: their values have to be worked out again. */
export const definitionsChanged = defineChange<DefinitionsChanged>();

/** What values of an indicator are, as far as it says so itself. */
export interface ValueDefinition {
  short_name: string;
  data_format: string;
  resource_name: string;
  categories: { value: number; label: string }[] | null;
}

export interface DefinitionChanging {
  indicatorId: number;
  before: ValueDefinition;
  after: ValueDefinition;
}

/** An indicator is about to be something else; whoever keeps its values may refuse. */
export const definitionChanging = defineChange<DefinitionChanging>();
