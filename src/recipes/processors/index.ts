export { checkSteps, type StepProblemAt } from './check-steps.ts';
export type { KnownResource, ProcessorStep } from './processor.ts';
export { processorsPage } from './processors-page.ts';
export { resourcesNamed } from './resources-named.ts';
export { checkResult, runSteps } from './run-steps.ts';
export type { BadCell, StepContext } from './step-context.ts';
export { StepFailure } from './step-failure.ts';
export { StepIssues } from './step-issues.ts';
