/** The validation report, contract §6.3. */
export interface ReportError {
  code: string;
  message: string;
  'row-number': number | null;
  'column-number': number | null;
  row: unknown[] | null;
}

export interface ReportTable {
  valid: boolean;
  'error-count': number;
  'row-count': number;
  source: string;
  headers: string[] | null;
  format?: string;
  encoding?: string;
  'error-stats'?: Record<string, number>;
  errors: ReportError[];
}

export interface ReportEntry {
  valid: boolean;
  'error-count': number;
  warnings: string[];
  resource: string;
  tables: ReportTable[];
}

export interface ProblemGroup {
  code: string;
  /** Null: the whole row or file. */
  columnNumber: number | null;
  column: string | null;
  errors: ReportError[];
}

/** One group a code and column, the most frequent first. */
export function groupProblems(table: ReportTable): ProblemGroup[] {
  const groups = new Map<string, ProblemGroup>();
  for (const error of table.errors) {
    const columnNumber = isOfRow(error) ? null : error['column-number'];
    const key = `${error.code} ${columnNumber}`;
    const group = groups.get(key) ?? {
      code: error.code,
      columnNumber,
      column: columnNumber === null ? null : (table.headers?.[columnNumber - 1] ?? `column ${columnNumber}`),
      errors: [],
    };
    group.errors.push(error);
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => b.errors.length - a.errors.length);
}

/** A cell too many stands in no column that has a name. */
const isOfRow = ({ code }: ReportError): boolean => code === 'extra-value' || code === 'missing-value';
