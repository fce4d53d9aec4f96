import type { DatasetChange } from '../datasets/index.ts';
import { checkRecipe, type RecipeStep, schemaInvalid, schemaProblems, type TableSchema } from '../recipes/index.ts';
import { invalidOption } from './errors.ts';
import { storedOptions } from './pure/upload-options.ts';
import { readingNames, readingOptions } from './reading.ts';

/**
 * Refuses what the next file could not be taken in with: a wrong setting should be the mistake of who sets it, not of
 * whoever uploads next. Throws `schema_invalid`, `step_invalid`, `invalid_option`.
 */
export function checkDatasetChange(change: DatasetChange): void {
  const problem = change.schema === undefined ? undefined : schemaProblems(change.schema as unknown as TableSchema)[0];
  if (problem !== undefined) throw schemaInvalid(problem.problem, problem.pointer);
  if (change.recipe !== undefined) checkSteps(change.recipe);
  if (change.reading !== undefined) readingOptions(change.reading);
  if (change.settings?.upload !== undefined) storedOptions(change.settings.upload, readingNames, invalidOption);
}

function checkSteps(recipe: unknown[]): void {
  const isStep = (step: unknown) => typeof step === 'object' && step !== null && !Array.isArray(step);
  const wrong = recipe.findIndex((step) => !isStep(step));
  if (wrong >= 0) throw invalidOption('recipe', `Step ${wrong} of the recipe must be an object.`);
  checkRecipe(recipe as RecipeStep[]);
}
