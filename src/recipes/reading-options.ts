import type { FileFormat } from './detect-format.ts';

export interface ReadingOptions {
  /** Default: by content, then name, then media type. */
  format?: FileFormat;
  /** Default: byte-order mark, else UTF-8 if valid, else detected. */
  encoding?: string;
  /** One character. Default: sniffed. */
  delimiter?: string;
  /** One character; empty = no quoting. Default: sniffed. */
  quote?: string;
  /** One character that makes the next one literal inside quotes. Default: quotes are doubled. */
  escape?: string;
  skipInitialSpace?: boolean;
  /** Default: sniffed. */
  header?: boolean;
  /** Record that holds the header, from 1; records above are skipped. Default 1. */
  headerRow?: number;
  /** Delimiters taken without being asked for. Default comma, semicolon, tab, space. */
  delimiters?: string[];
  /** Rows with too few or too many cells. Default `reject`; `pad` fills with nothing, `trim` cuts surplus cells. */
  width?: 'reject' | 'pad' | 'trim' | 'pad-and-trim';
  /**
   * Everything stays as it stands, for who judges cells later: an error of a spreadsheet is its text; a row lacking cells
   * ends with empty ones, and one with more cells than columns stays with the first of them, as an issue `surplus-cells`
   * where the others say anything. Before `width`. Default false.
   */
  verbatim?: boolean;
  /** Name or 1-based index. Default: the first sheet with content. */
  sheet?: string | number;
  /** Cell range of a sheet, such as `B3:F90`. */
  range?: string;
  /** JSON pointer to the list of records. */
  records?: string;
  /** Member of a zip archive. */
  member?: string;
}
