import Value from 'typebox/value';
import type { KnownResource, ProcessorStep, StepPlan } from './processor.ts';
import { findProcessor, nameProblem } from './registry.ts';

export interface StepProblemAt {
  /** Below the list of steps: `/0/run`, `/1/parameters/sort-by`. */
  pointer: string;
  problem: string;
}

export const maxSteps = 100;

/**
 * What is wrong with a list of steps, as far as it can be known before the run. `known`: the tables the list sees, usually the one
 * it makes; `others`: those of the spec it may name. Pure, and linear in what a caller sends.
 */
export function checkSteps(
  steps: readonly ProcessorStep[],
  known: readonly KnownResource[],
  others: readonly KnownResource[] = [],
): StepProblemAt[] {
  if (!Array.isArray(steps)) return [{ pointer: '', problem: 'steps must be a list' }];
  if (steps.length > maxSteps) return [{ pointer: '', problem: `more than ${maxSteps} steps` }];
  const problems: StepProblemAt[] = [];
  const tables = known.map((table) => ({ ...table }));
  for (const [i, step] of steps.entries()) {
    if (typeof step !== 'object' || step === null || typeof step.run !== 'string') {
      problems.push({ pointer: `/${i}/run`, problem: 'a step needs the name of a processor' });
      forget(tables);
      continue;
    }
    const found = checkStep(step, { tables, others, problem: () => {} });
    for (const { pointer, problem } of found)
      problems.push({ pointer: `/${i}${pointer}`, problem: pointer === '/run' ? problem : `${step.run}: ${problem}` });
    if (found.length > 0) forget(tables);
  }
  return problems;
}

/** After a wrong step nothing is known of the fields: one mistake is told once. */
function forget(tables: KnownResource[]): void {
  for (const table of tables) table.fields = undefined;
}

function checkStep(step: ProcessorStep, plan: StepPlan): StepProblemAt[] {
  const unknown = nameProblem(step.run);
  if (unknown !== undefined) return [{ pointer: '/run', problem: unknown }];
  const processor = findProcessor(step.run)!;
  const parameters = step.parameters ?? {};
  if (!Value.Check(processor.params, parameters)) {
    const errors = [...Value.Errors(processor.params, parameters)].slice(0, 5);
    return errors.map(({ instancePath, message }) => ({
      pointer: `/parameters${instancePath}`,
      problem: message,
    }));
  }
  const problems: StepProblemAt[] = [];
  const problem = (pointer: string, text: string) =>
    void problems.push({ pointer: `/parameters${pointer}`, problem: text });
  processor.plan?.(parameters as never, { ...plan, problem });
  return problems;
}
