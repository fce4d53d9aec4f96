import type { Issue, IssueCount } from './issue.ts';
import type { FieldType } from './pure/table-schema.ts';

/** A file as a relation of text: what every reader produces and everything later works on. */
export interface Staged {
  /**
   * SQL giving `c1`…`cm` (VARCHAR), and `_row`, `_line` when `numbered`. Otherwise rows come in file order and row n
   * stands on line `firstLine + n - 1`.
   */
  relation: string;
  numbered: boolean;
  firstLine: number;
  /** Rows the relation must give, known when DuckDB reads a delimited file directly: its reader is trusted, but verified. */
  expectedRows?: number;
  /** Row after which reading ended because more rows were rejected than `maxErrors` allows. */
  stoppedAfter?: number;
  columns: StagedColumn[];
  /** Whether an empty cell arrives as null. If not, null means absent and '' means empty. */
  emptyIsNull: boolean;
  /** False when no cell can begin or end with blanks, so that trimming may be left out. */
  padded: boolean;
  /** Rows that have no place in the table: wrong width, broken quote, not a record. Undefined = none. */
  rejected: RejectedRows | undefined;
  /** Rows of the table that had no place for all of their cells (`verbatim`). */
  cut?: RejectedRows | undefined;
  /** Findings about header and file. */
  issues: Issue[];
  reading: Reading;
}

export interface StagedColumn {
  /** `c1`, `c2` …: SQL identifiers ignore case and field names do not. */
  id: string;
  /** As it stood in the file. */
  header: string;
  /** Unique without regard to case. */
  name: string;
  /** Every value was a quoted string in a format that knows numbers: a code stays a code. */
  textOnly?: boolean;
  /** A type the format itself declares (Parquet, GeoJSON geometry). */
  known?: { type: FieldType; physical?: string };
}

export interface RejectedRows {
  /** SQL giving `_row`, `_line`, `code`, `cells` (number found) and `raw` (JSON list of cell texts). */
  relation: string;
  counts: IssueCount[];
}

/** How the file was read; stored, and reused as options for the next one. */
export interface Reading {
  format: string;
  compression: string;
  encoding?: string;
  delimiter?: string;
  quote?: string;
  header?: boolean;
  headerRow?: number;
  sheet?: string;
  sheets?: string[];
  /** Of the other sheets those with values. */
  otherSheets?: string[];
  records?: string;
  /** True when DuckDB's own reader was exact for this file and read it directly. */
  direct: boolean;
}
