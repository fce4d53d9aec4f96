import type { ReadingOptions } from '../../recipes/index.ts';
import type { PlannedResource } from '../pure/flow-spec.ts';

const formats = new Set(['csv', 'json', 'ndjson', 'geojson', 'parquet', 'spreadsheet']);
const sameFormat: Record<string, string> = {
  tsv: 'csv',
  txt: 'csv',
  jsonl: 'ndjson',
  xls: 'spreadsheet',
  xlsx: 'spreadsheet',
  ods: 'spreadsheet',
};

export interface Reading {
  options: ReadingOptions;
  /** In place of a header row. */
  names: string[] | undefined;
}

/** The options of a tabulator (contract flows §5.3) as those of our readers. */
export function readingOf({ tabulator, encoding, source }: PlannedResource): Reading {
  const options: ReadingOptions = {};
  const text = (key: string) => (typeof tabulator[key] === 'string' ? (tabulator[key] as string) : undefined);
  const given = text('format') ?? source.format;
  const format = given === undefined ? undefined : (sameFormat[given] ?? given);
  if (format !== undefined && formats.has(format)) options.format = format as NonNullable<ReadingOptions['format']>;
  if (text('delimiter') !== undefined) options.delimiter = text('delimiter')!;
  else if (given === 'tsv') options.delimiter = '\t';
  if (text('quotechar') !== undefined) options.quote = text('quotechar')!;
  if (text('escapechar') !== undefined) options.escape = text('escapechar')!;
  if (tabulator.skipinitialspace === true) options.skipInitialSpace = true;
  const charset = text('encoding') ?? encoding;
  if (charset !== undefined) options.encoding = charset;
  if (typeof tabulator.sheet === 'string' || typeof tabulator.sheet === 'number') options.sheet = tabulator.sheet;
  if (text('property') !== undefined) options.records = `/${text('property')!.split('.').join('/')}`;
  if (text('member') !== undefined) options.member = text('member')!;
  options.delimiters = [',', ';', '\t', '|', ':', '^', ' '];
  if (Array.isArray(tabulator.headers) && tabulator.headers.every((name) => typeof name === 'string'))
    return { options: { ...options, header: false }, names: tabulator.headers as string[] };
  // Without a word to the contrary there is a header: guessing would lose a row. Where it stands, the reader is told.
  return { options: { ...options, header: true }, names: undefined };
}
