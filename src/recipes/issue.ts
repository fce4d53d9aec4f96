/** One finding about a row, a cell, the header or the file (contract data-api §5). */
export interface Issue {
  severity: 'error' | 'warning' | 'info';
  /** Kebab-case; the cell codes are those of the flow contract's validation report, so both speak alike. */
  code: string;
  message: string;
  /** JSON path into file, schema or recipe. */
  path: string;
  /** Data row from 1; blank rows count. */
  row?: number;
  /** Physical line from 1. */
  line?: number;
  column?: string;
  /** Cut at 200 characters. */
  value?: string;
  rule?: string;
  step?: string;
  expected?: string;
}

export interface IssueCount {
  severity: Issue['severity'];
  code: string;
  column: string | null;
  count: number;
}
