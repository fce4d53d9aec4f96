import type { Tabular } from '../../platform/tabular/index.ts';
import type { Cast, Relation, StepContext, StepIssues } from '../../recipes/index.ts';
import type { FlowRun } from '../flow-run.ts';
import type { PlannedResource } from '../pure/flow-spec.ts';
import type { InputKey, StepRecord } from '../pure/step-record.ts';
import type { Memory } from './memory.ts';

/** A table, and the name of its outcome. */
export interface Keyed {
  relation: Relation;
  key: string;
}

export interface StepList {
  run: Pick<FlowRun, 'remember' | 'remembers'>;
  tabular: Tabular;
  resource: PlannedResource;
  cast: Cast;
  /** Names what the steps begin with. */
  key: string;
  context: Omit<StepContext, 'relations' | 'issues' | 'stepDone'>;
  issues: StepIssues;
  memory: Memory;
  /** What a step reads besides the tables of its list; undefined: it cannot be had. */
  inputsOf(step: PlannedResource['steps'][number]): Promise<InputKey[] | undefined>;
  /** Told of each thing done. */
  done(record: StepRecord): void;
}

/** A step by what it is made of. */
export interface PlannedStep {
  hash: string;
  inputs: InputKey[];
  output: string;
  /** Whether anything can be like it: an input that cannot be had is like nothing. */
  known: boolean;
}
