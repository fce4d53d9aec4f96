import { maxJsonDepth } from '../platform/is-nested-deeper.ts';

/** What one file may cost. All are settings of the caller; reaching one fails the run and names it. */
export interface RecipeLimits {
  /** Bytes after unpacking. */
  unpackedBytes: number;
  /** Unpacked : packed, judged after the first 10 MB. */
  unpackRatio: number;
  archiveMembers: number;
  rows: number;
  columns: number;
  /** Characters of one cell. */
  cellCharacters: number;
  /** Characters of one record, all cells together. */
  recordCharacters: number;
  /** Lists and objects within each other in one JSON value. */
  jsonDepth: number;
  spreadsheetBytes: number;
  spreadsheetCells: number;
  /** Issues listed; counting goes on beyond. */
  listedIssues: number;
  /** Different values of one column that a constraint outside SQL (`jsonSchema`, a pattern RE2 cannot run) is tried on. */
  judgedValues: number;
  /** Seconds for all of them together. */
  judgeSeconds: number;
}

export const defaultLimits: RecipeLimits = {
  unpackedBytes: 4_000_000_000,
  unpackRatio: 200,
  archiveMembers: 10_000,
  rows: 50_000_000,
  columns: 16_384,
  cellCharacters: 10_000_000,
  recordCharacters: 32_000_000,
  jsonDepth: maxJsonDepth,
  spreadsheetBytes: 100_000_000,
  spreadsheetCells: 50_000_000,
  listedIssues: 100_000,
  judgedValues: 1_000_000,
  judgeSeconds: 30,
};
