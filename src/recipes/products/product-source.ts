import type { IssueCount } from '../issue.ts';
import type { RecipeLimits } from '../limits.ts';
import type { ReadingOptions } from '../reading-options.ts';

export interface LoadRequest {
  file: string;
  /** As its address calls it; only its ending counts. */
  name: string;
  mediaType?: string | undefined;
  /** Private to this source, below the engine's folder. */
  folder: string;
  /** Prefix of the tables made, such as `s1`. */
  table: string;
  options: ReadingOptions;
  /** Names given in place of a header row; then no row is one. */
  names?: string[] | undefined;
  /** Options of a tabulator; those that move header or rows (`skip_rows`, `headers`, `constants`) are heeded here. */
  tabulator?: Record<string, unknown> | undefined;
  limits: RecipeLimits;
  signal?: AbortSignal | undefined;
}

/** A source as text, in the engine. */
export interface SourceTable {
  /** `_row` (row in the file: the header is 1, blank and rejected rows count), `c1` … as read. */
  table: string;
  /** As they stand in the file; null where there is no header row. */
  headers: string[] | null;
  /** Unique names in the order of `c1` …: `_c3` for a blank header, `name_1` for a repeated one. */
  names: string[];
  /** Null means absent and '' means empty. */
  emptyIsNull: boolean;
  /** Rows without a place in the table: `_row`, `code`, `cells`, `raw` (JSON list of texts). Undefined: none. */
  rejects: { table: string; counts: IssueCount[] } | undefined;
  /** Physical rows, header included. */
  rowCount: number;
  format: string;
  encoding: string | undefined;
  /** Findings about the file, for the log. */
  remarks: string[];
}

/** One violation of contract flows §6.3; counts are exact, whatever is listed. */
export interface ProductIssue {
  row_number: number | null;
  column_number: number | null;
  field: string | null;
  code: string;
  message: string;
  value: string | null;
  /** JSON list of the row's cells as read. */
  row: string | null;
}

/** A file that cannot be read, or rows that may not pass: the pipeline's `error_log` is the step, then the lines. */
export class ProductFailure extends Error {
  readonly step: string;
  readonly lines: string[];

  constructor(step: string, lines: string[], options?: ErrorOptions) {
    super(lines[0] ?? `${step} failed`, options);
    this.name = 'ProductFailure';
    this.step = step;
    this.lines = lines;
  }
}
