import type { OutputOptions } from './output-options.ts';

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** `select` as a file of the format; headings and brackets around the rows are the sender's. */
export function copySql(
  select: string,
  file: string,
  format: 'csv' | 'ndjson' | 'array' | 'parquet' | 'lines',
  options: Pick<OutputOptions, 'delimiter' | 'nullText'>,
): string {
  return `copy (${select}) to ${literal(file)} (${optionsOf[format](options)}, use_tmp_file false)`;
}

const optionsOf: Record<
  Parameters<typeof copySql>[2],
  (options: Pick<OutputOptions, 'delimiter' | 'nullText'>) => string
> = {
  csv: ({ delimiter, nullText }) =>
    `format csv, header false, new_line '\\r\\n', delimiter ${literal(delimiter)}, nullstr ${literal(nullText)}`,
  ndjson: () => 'format json, array false',
  array: () => 'format json, array true',
  // Each thread holds a group of rows before it writes it: half of DuckDB's own size, for the memory of a small server.
  parquet: () => 'format parquet, compression zstd, row_group_size 61440',
  // One column of text as it is, a line a row: the text itself holds no line end.
  lines: () => `format csv, header false, quote '', escape '', delimiter E'\\x01'`,
};
