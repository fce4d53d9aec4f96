/** A Table Schema (Data Package v2) as it is stored; `fields` in the order of the columns. */
export interface TableSchema {
  fields: TableField[];
  primaryKey?: string[] | string;
  [property: string]: unknown;
}

export interface TableField {
  name: string;
  type: string;
  title?: string;
  [property: string]: unknown;
}

export interface Dataset {
  id: string;
  number: number;
  projectId: string;
  name: string;
  title: string;
  description: string;
  /** Null before the first revision. */
  schema: TableSchema | null;
  /** Columns that identify a row; empty: none. */
  key: string[];
  reading: Record<string, unknown>;
  recipe: unknown[];
  settings: Record<string, unknown>;
  /** Data Package properties: licenses, sources, contributors, keywords. */
  metadata: Record<string, unknown>;
  /** 0 before the first revision. */
  latestRevision: number;
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

export type Mode = 'append' | 'upsert' | 'replace';

/** Immutable. Its table is the Parquet blob `tableSha256`: the columns of `schema`, then _row, _line, _upload. */
export interface Revision {
  datasetId: string;
  n: number;
  kind: 'ingest' | 'undo' | 'restore' | 'function';
  uploadId: string | null;
  runId: string | null;
  batchSha256: string | null;
  tableSha256: string;
  schema: TableSchema;
  rows: number;
  bytes: number;
  mode: Mode | null;
  key: string[];
  recipe: unknown[];
  reading: Record<string, unknown>;
  counts: RowCounts;
  issueCounts: IssueCounts;
  issuesSha256: string | null;
  version: string;
  changelog: string;
  refersTo: number | null;
  createdBy: string | null;
  createdAt: Date;
}

/** One accepted arrival: part of the revisions from `firstN` until before `untilN`. */
export interface Batch {
  datasetId: string;
  position: number;
  firstN: number;
  untilN: number | null;
  batchSha256: string;
  uploadId: string;
  mode: Mode;
  key: string[];
  blank: 'keep' | 'clear';
  rows: number;
}

export interface RowCounts {
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

/** Exact; `listed` says how many of them the issues file holds. */
export interface IssueCounts {
  error: number;
  warning: number;
  info: number;
  listed: number;
  groups: IssueGroup[];
}

export interface IssueGroup {
  severity: 'error' | 'warning' | 'info';
  code: string;
  column: string | null;
  count: number;
}
