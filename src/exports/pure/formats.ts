export const formatNames = ['json', 'ndjson', 'csv', 'parquet', 'xlsx', 'zip'] as const;
export type Format = (typeof formatNames)[number];
export const isFormat = (name: string): name is Format => (formatNames as readonly string[]).includes(name);

/** The first one of each is what answers say; the others are understood in `Accept`. */
export const mediaTypes: Record<Format, readonly string[]> = {
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson', 'application/jsonl'],
  csv: ['text/csv; charset=utf-8', 'text/csv'],
  parquet: ['application/vnd.apache.parquet', 'application/parquet'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  zip: ['application/zip'],
};

/** Suffix > `format` > `Accept`; undefined: none of them names a format there is. */
export function chooseFormat(
  suffix: string | undefined,
  parameter: string | undefined,
  accept: string | undefined,
): Format | undefined {
  const named = suffix ?? parameter;
  if (named !== undefined && named !== '') {
    const name = named.toLowerCase();
    return isFormat(name) ? name : undefined;
  }
  if (accept === undefined || accept.trim() === '') return 'json';
  for (const range of rangesOf(accept)) {
    const format = formatNames.find((candidate) => mediaTypes[candidate].some((type) => matches(range, type)));
    if (format !== undefined) return format;
  }
  return undefined;
}

function matches(range: string, mediaType: string): boolean {
  const type = mediaType.split(';')[0]!;
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}

/** Media ranges by preference; those with q=0 are left out. A problem document is how refusals look, not data. */
function rangesOf(accept: string): string[] {
  return accept
    .split(',')
    .map((part, index) => {
      const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      return {
        range: range === 'application/problem+json' ? 'application/json' : range,
        index,
        q: q === undefined ? 1 : Number(q.slice(2)),
      };
    })
    .filter(({ range, q }) => range !== '' && q > 0)
    .sort((a, b) => b.q - a.q || a.index - b.index)
    .map(({ range }) => range);
}
