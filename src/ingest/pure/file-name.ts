/** What is kept of a name a sender gives: no folders of either kind of system, no control characters, 255 characters. */
export function safeFileName(name: string): string | undefined {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const clean = last
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(-255);
  return clean === '' || /^\.+$/.test(clean) ? undefined : clean;
}

const endings: [RegExp, string][] = [
  [/\btab-separated/, 'tsv'],
  [/ndjson|jsonl|json-seq/, 'ndjson'],
  [/geo\+json/, 'geojson'],
  [/json/, 'json'],
  [/spreadsheetml/, 'xlsx'],
  [/ms-excel/, 'xls'],
  [/opendocument/, 'ods'],
  [/parquet/, 'parquet'],
  [/sqlite/, 'sqlite'],
  [/\bzip\b/, 'zip'],
  [/gzip/, 'csv.gz'],
  [/text\/plain/, 'txt'],
];

/** The ending for a body without a name, by its media type; CSV is what the interface is for. */
export function endingOf(mediaType: string | undefined): string {
  return endings.find(([pattern]) => pattern.test(mediaType ?? ''))?.[1] ?? 'csv';
}
