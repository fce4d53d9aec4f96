export { applySteps, type Cleaned, checkRecipe } from './apply-steps.ts';
export { cleaningFunctions } from './registry.ts';
export type { CleaningFunction, RecipeStep } from './step.ts';
