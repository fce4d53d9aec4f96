import type { Tabular } from '../../platform/tabular/index.ts';
import type { Relation } from '../relation.ts';
import type { StepIssues } from './step-issues.ts';
import type { FieldOrigins } from './step-origins.ts';

export type BadCell = 'fail' | 'reject_row' | 'null_value';
export type NotUnique = 'report' | 'fail' | 'reject_row';

/** `source`: the address its fields came from, where that says more than the one asked for. */
export type Loaded = Relation & { source?: string };

export interface StepContext {
  tabular: Tabular;
  /** Descriptor without resources; `add_metadata` and `load_metadata` change it. */
  package: Record<string, unknown>;
  /** By resource name, in order; steps replace, add and remove. */
  relations: Map<string, Relation>;
  /** Other tables of the spec, taken after their own steps: those that `resourcesNamed` lists. They are read, never changed. */
  others?: ReadonlyMap<string, Relation>;
  /** A resource by URL, staged and cast; `options` are the step's other parameters. */
  load(url: string, options: Record<string, unknown>): Promise<Loaded>;
  /** The descriptor of a data package by URL, for `load_metadata`. Absent: that step fails. */
  loadPackage?(url: string): Promise<Record<string, unknown>>;
  log(line: string): void;
  /** What becomes of a cell that its new type does not take. Default `fail`. */
  badCell?: BadCell;
  /** What becomes of a value or key that stands twice. Default `report`. */
  notUnique?: NotUnique;
  /** Where violations go. Absent: into a table that goes with the engine. */
  issues?: StepIssues;
  /** Told after each step that went well, and after the check at the end. */
  stepDone?(done: StepDone): Promise<void>;
  signal?: AbortSignal;
}

/** What a step has done (flows contract §11, lineage). */
export interface StepDone {
  index: number;
  /** As the spec calls it. */
  step: string;
  /** Of the processor. */
  version: string;
  /** Of the tables it has changed, or, where it changed none, of all. */
  rowsIn: number;
  rowsOut: number;
  rejected: number;
  columns: FieldOrigins[];
  /** The tables there are now; each may be replaced by one that holds the same. */
  relations: Map<string, Relation>;
}
