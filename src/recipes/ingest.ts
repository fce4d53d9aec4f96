import type { Tabular, TabularRow } from '../platform/tabular/index.ts';
import type { Issue, IssueCount } from './issue.ts';
import type { RecipeLimits } from './limits.ts';
import type { RefusedValues } from './pure/compile-field.ts';
import type { TableSchema } from './pure/table-schema.ts';
import type { ReadingOptions } from './reading-options.ts';
import type { Reading, Staged } from './staged.ts';
import type { RecipeStep } from './steps/step.ts';

export interface IngestRequest {
  /** Path of the file; it is only read. */
  file: string;
  /** As the sender called it; used for its ending and in messages, never as a path. */
  name: string;
  mediaType?: string;
  /** Private folder of this run: everything made lies in it, and the caller removes it. */
  workFolder: string;
  options?: ReadingOptions;
  /** Fields with a `confidence` were inferred earlier and may widen; the others are promises. */
  schema?: TableSchema;
  /**
   * How columns without a declared field get their type. `strict` (default): only a type that every value fits.
   * `tolerant`: one that at least 95 % fit; the rest become issues. `none`: text.
   */
  infer?: 'strict' | 'tolerant' | 'none';
  recipe?: RecipeStep[];
  /** Default `evolve`. */
  schemaPolicy?: 'freeze' | 'evolve' | 'discard_row' | 'discard_value';
  /** Default `reject`: one error and nothing is published. `null` empties bad cells and keeps their rows. */
  onError?: 'reject' | 'quarantine' | 'skip' | 'null';
  /**
   * Rows with errors beyond which nothing is published: a count, or a share such as `5%`. Reading and checking stop early there;
   * counts and issues are then exact for the rows until then, and the refusal names the row.
   */
  maxErrors?: number | string;
  /** Default `replace`, which ignores `previous`. */
  mode?: 'append' | 'replace' | 'upsert';
  key?: string[];
  previous?: Previous;
  /** Parquet file whose rows foreign keys may name as well; `previous` needs no mention. For an upsert that is merged later. */
  referable?: string;
  /** What an empty cell does to an existing value in `upsert`. Default `keep`. */
  blank?: 'keep' | 'clear';
  /** Number stored with every row this file brings, as lineage. Default 1. */
  revision?: number;
  /** A header without rows is an error unless true. */
  allowEmpty?: boolean;
  /** Everything but the table: counts, schema, issues, sample, changed keys. */
  dryRun?: boolean;
  engine?: { memoryBytes?: number; threads?: number; readFolders?: string[] };
  limits?: Partial<RecipeLimits>;
  signal?: AbortSignal;
  onProgress?: (share: number, step: string) => void;
  log?: (line: string) => void;
}

export interface IngestResult {
  /** The typed table, or undefined when nothing is published. */
  table: { file: string; rows: number } | undefined;
  /** Why nothing is published. */
  refused: { code: string; message: string } | undefined;
  schema: TableSchema;
  counts: RowCounts;
  issues: { file: string; listed: number; counts: IssueCount[]; errors: number; warnings: number };
  /** CSV of rejected rows with the original columns and `_error`, for `quarantine`. */
  rejects: { file: string; rows: number } | undefined;
  reading: Reading;
  steps: StepReport[];
  /** First 50 rows as they are (or would be) published. */
  sample: TabularRow[];
  /** Upsert: the first 1,000 changed keys with old and new values. */
  changes: { key: TabularRow; before: TabularRow; after: TabularRow }[];
}

export interface RowCounts {
  /** Data rows of the file, bad and blank ones included. */
  read: number;
  blank: number;
  rejected: number;
  /** Rows kept with at least one cell emptied. */
  emptied: number;
  /** Rows of the file that take part. */
  accepted: number;
  inserted: number;
  updated: number;
  unchanged: number;
}

export interface StepReport {
  step: string;
  seconds: number;
  rowsIn?: number;
  rowsOut?: number;
  changedCells?: number;
}

/** What every part of one ingest is handed. */
export interface IngestRun {
  request: IngestRequest;
  tabular: Tabular;
  limits: RecipeLimits;
  staged: Staged;
  issues: Issue[];
  steps: StepReport[];
  /** What `judgeValues` found wrong, by field. */
  refused: RefusedValues;
  /** Adds to the report of the step that is being timed. */
  note(detail: Omit<StepReport, 'step' | 'seconds'>): void;
  timed<T>(step: string, work: () => Promise<T>): Promise<T>;
}

/** The table as it stands before this file. */
export interface Previous {
  file: string;
  schema: TableSchema;
}
