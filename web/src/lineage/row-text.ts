/** The first row below the headers is 1; an editor that shows the file counts lines. */
export const rowText = (row: number | null | undefined, line: number | null | undefined): string =>
  line == null ? String(row ?? '–') : `${row ?? '–'} (line ${line})`;
