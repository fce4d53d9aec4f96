import type { Relation } from '../relation.ts';
import { checkAgain } from './check-again.ts';
import type { ProcessorStep } from './processor.ts';
import { findProcessor, nameProblem } from './registry.ts';
import type { StepContext } from './step-context.ts';
import { StepFailure, StepProblem } from './step-failure.ts';
import type { StepPlace } from './step-issues.ts';
import { StepWork } from './step-work.ts';

/** Runs the steps over `context.relations`, which hold the outcome afterwards. Throws StepFailure naming the step. */
export async function runSteps(context: StepContext, steps: readonly ProcessorStep[]): Promise<void> {
  const work = new StepWork(context);
  for (const [index, step] of steps.entries()) {
    context.signal?.throwIfAborted();
    const processor = findProcessor(step.run);
    if (processor === undefined) throw new StepFailure(step.run, [nameProblem(step.run)!]);
    await doStep(work, { index, name: step.run }, async () => {
      await processor.run((step.parameters ?? {}) as never, work);
      await work.tidy();
    });
  }
}

/** The table after the last step, by what its schema says then. Throws StepFailure of the step `validate`. */
export async function checkResult(context: StepContext, relation: Relation, after: number): Promise<Relation> {
  const work = new StepWork(context);
  let checked = relation;
  await doStep(work, { index: after, name: 'validate' }, async () => {
    checked = await checkAgain(work, relation, { cast: work.badCell, unique: work.notUnique });
  });
  return checked;
}

async function doStep(work: StepWork, place: StepPlace, run: () => Promise<void>): Promise<void> {
  const issues = await work.issues();
  issues.begin(place);
  try {
    await run();
  } catch (error) {
    work.context.signal?.throwIfAborted();
    throw failureOf(place.name, error);
  }
}

function failureOf(step: string, error: unknown): unknown {
  if (error instanceof StepProblem) return new StepFailure(step, error.lines, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  // The only wrong that exact sums and products can come to.
  if (/Out of Range Error: Overflow|Overflow in/.test(message))
    return new StepFailure(step, ['A result has more than 38 digits, which exact arithmetic does not hold'], {
      cause: error,
    });
  if (message.startsWith('Out of Memory Error'))
    return new StepFailure(step, ['The step needs more memory or temporary disk than one flow may use'], {
      cause: error,
    });
  return error;
}
