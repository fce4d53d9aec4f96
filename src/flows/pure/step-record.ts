import type { FieldOrigins } from '../../recipes/index.ts';

/** What a step has read: bytes of a source, the outcome of another step, another table of the spec, a dataset of ours. */
export type InputKey =
  | { source: string; blob: string }
  | { step: string }
  | { table: string; step: string }
  | { dataset: string; resource: string; blob: string };

/** One thing done to a table of a revision, as `/lineage` shows it. */
export interface StepRecord {
  /** The table the list of steps makes. */
  resource: string;
  /** Place in its list, from 0; null for what is no step of it: reading the source, and laying it onto an earlier table. */
  index: number | null;
  /** `cast`, the name of a processor, `validate` after the last one, `load`. */
  step: string;
  /** Of the processor; null where there is none. */
  version: string | null;
  /** SHA-256 of the step's canonical JSON. */
  hash: string;
  inputs: InputKey[];
  /** Names the outcome: equal inputs, step and versions give an equal one. */
  output: string;
  rows_in: number;
  rows_out: number;
  rejected: number;
  /** Whether it was done by an earlier run; of `cast`: whether the source had been read before. */
  cached: boolean;
  columns: FieldOrigins[];
}
