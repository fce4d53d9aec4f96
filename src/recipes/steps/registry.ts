import { canonicalValues } from './canonical-values.ts';
import { pointOut } from './point-out.ts';
import { replaceValues } from './replace-values.ts';
import { shapeTable } from './shape-table.ts';
import type { CleaningFunction } from './step.ts';
import { tidyText } from './tidy-text.ts';

/** Every built-in cleaning function by name. */
export const cleaningFunctions: ReadonlyMap<string, CleaningFunction> = new Map(
  [...tidyText, ...canonicalValues, ...replaceValues, ...shapeTable, ...pointOut].map((definition) => [
    definition.name,
    definition,
  ]),
);
