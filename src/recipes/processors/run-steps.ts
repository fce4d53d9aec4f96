import type { Relation } from '../relation.ts';
import { checkAgain } from './check-again.ts';
import type { ProcessorStep } from './processor.ts';
import { findProcessor, nameProblem } from './registry.ts';
import type { StepContext } from './step-context.ts';
import { StepFailure, StepProblem } from './step-failure.ts';
import type { StepPlace } from './step-issues.ts';
import { originsOf } from './step-origins.ts';
import { from, StepWork } from './step-work.ts';
import { validate } from './validate.ts';

/**
 * Runs the steps over `context.relations`, which hold the outcome afterwards; `first` is the place of the first of them in the whole list.
 * Throws StepFailure naming the step.
 */
export async function runSteps(context: StepContext, steps: readonly ProcessorStep[], first = 0): Promise<void> {
  const work = new StepWork(context);
  for (const [i, step] of steps.entries()) {
    context.signal?.throwIfAborted();
    const processor = findProcessor(step.run);
    if (processor === undefined) throw new StepFailure(step.run, [nameProblem(step.run)!]);
    const place = { index: first + i, name: step.run };
    await doStep(work, place, processor.version, () => processor.run((step.parameters ?? {}) as never, work));
  }
}

/** The table after the last step, by what its schema says then. Throws StepFailure of the step `validate`. */
export async function checkResult(context: StepContext, relation: Relation, after: number): Promise<Relation> {
  const relations = new Map([[relation.resource, relation]]);
  const work = new StepWork({ ...context, relations });
  await doStep(work, { index: after, name: validate.name }, validate.version, async () => {
    work.put(await checkAgain(work, relation, { cast: work.badCell, unique: work.notUnique }));
  });
  return relations.get(relation.resource)!;
}

async function doStep(work: StepWork, place: StepPlace, version: string, run: () => Promise<void>): Promise<void> {
  const { context } = work;
  const issues = await work.issues();
  issues.begin(place);
  const before = new Map(work.relations);
  const rows = context.stepDone === undefined ? undefined : await rowsOf(work, before);
  const rejected = issues.rejectedRows;
  try {
    await run();
    await work.tidy();
    if (context.stepDone === undefined) return;
    const after = new Map(work.relations);
    const done = { rowsIn: read(before, after, rows!), rowsOut: read(after, before, await rowsOf(work, after)) };
    const columns = originsOf(before, after, work.origins);
    work.origins = [];
    await context.stepDone({
      index: place.index,
      step: place.name,
      version,
      ...done,
      rejected: issues.rejectedRows - rejected,
      columns,
      relations: work.relations,
    });
  } catch (error) {
    context.signal?.throwIfAborted();
    throw failureOf(place.name, error);
  }
}

const counted = new WeakMap<Relation, number>();

async function rowsOf(work: StepWork, relations: ReadonlyMap<string, Relation>): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  for (const [name, relation] of relations) {
    let n = counted.get(relation);
    if (n === undefined) {
      const [row] = await work.tabular.rows(`select count(*)::double as n from ${from(relation)}`);
      n = Number(row?.n ?? 0);
      counted.set(relation, n);
    }
    rows.set(name, n);
  }
  return rows;
}

/** Rows of the tables that are others on the other side; where all are the same, of all. */
function read(
  some: ReadonlyMap<string, Relation>,
  others: ReadonlyMap<string, Relation>,
  rows: ReadonlyMap<string, number>,
): number {
  const sum = (names: string[]) => names.reduce((n, name) => n + rows.get(name)!, 0);
  const changed = [...some].flatMap(([name, relation]) => (others.get(name) === relation ? [] : [name]));
  return sum(
    changed.length === 0 && [...others].every(([name, one]) => some.get(name) === one) ? [...some.keys()] : changed,
  );
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
