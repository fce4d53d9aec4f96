import type { TSchema } from 'typebox';
import type { StepWork } from './step-work.ts';

/** One entry of a `dpp` list. */
export interface ProcessorStep {
  run: string;
  parameters?: Record<string, unknown> | null;
}

/** What is known of a table before the run. */
export interface KnownResource {
  resource: string;
  /** Undefined: only the run will tell. */
  fields?: string[] | undefined;
}

/** The tables before a step, to be changed as the step would. */
export interface StepPlan {
  tables: KnownResource[];
  others: readonly KnownResource[];
  /** `pointer` below the step's parameters. */
  problem(pointer: string, problem: string): void;
}

/** A processor of the catalogue (flows contract §7.7): relations in, relations out, by SQL. */
export interface Processor {
  name: string;
  aliases?: readonly string[];
  /** SemVer; changes whenever results could. */
  version: string;
  title: string;
  /** In Markdown, for `docs/processors.md`. */
  description: string;
  params: TSchema;
  /** Finds what is wrong with parameters that fit their schema, and says what comes out. */
  plan?(params: never, plan: StepPlan): void;
  /** Other resources of the spec it reads, as names or as selectors. */
  reads?(params: never): unknown[];
  /** Throws a StepProblem. */
  run(params: never, work: StepWork): Promise<void>;
}

/** Keeps the parameter type between schema, plan and run; the registry forgets it. */
export function processor<P>(
  definition: Omit<Processor, 'plan' | 'reads' | 'run'> & {
    plan?(params: P, plan: StepPlan): void;
    reads?(params: P): unknown[];
    run(params: P, work: StepWork): Promise<void>;
  },
): Processor {
  return definition as unknown as Processor;
}
