import type { Sql } from '../../platform/db/index.ts';
import type { ParameterValues } from '../declaration.ts';
import type { Lookup } from './lookups.ts';
import type { Column } from './model.ts';

/** A list request, parsed: no string pretends to be anything else from here on. */
export interface ListQuery {
  condition: Condition[];
  order: OrderTerm[];
  fields: Column[];
  limit: number;
  offset: number;
  /** Rows before (`back`) or after these values of the order's columns. */
  position: Position | undefined;
  count: CountMode | undefined;
  format: Format;
  csv: CsvOptions;
  /** Declared parameters that are not fields. */
  parameters: ParameterValues;
  /** The query as received, without credentials. */
  received: Record<string, string>;
  /** `page` and `per_page`, in the data envelope. */
  page: { page: number; perPage: number } | undefined;
}

export type Condition = Filter | { any: Condition[] } | { all: Condition[] } | { sql: Sql; joins: Column['joins'] };

export interface Filter {
  column: Column;
  lookup: Lookup;
  values: unknown[];
  negated: boolean;
}

export interface OrderTerm {
  column: Column;
  descending: boolean;
}

export interface Position {
  back: boolean;
  values: (string | null)[];
  /** Rows before the page as far as the cursor knows; for `meta.offset` only. */
  offset: number;
}

export type CountMode = 'exact' | 'estimated' | 'none';

export const formats = ['json', 'ndjson', 'csv', 'parquet', 'geojson'] as const;
export type Format = (typeof formats)[number];

/** As in the data contract §8.2. */
export interface CsvOptions {
  bom: boolean;
  delimiter: string;
  decimal: string;
  null: string;
  /** A leading `'` keeps spreadsheets from running text as a formula. */
  safeCells: boolean;
}

export const maxRows = 10_000;
