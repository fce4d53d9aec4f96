import { unknownFormat } from '../errors.ts';
import { type Format, formats } from './query.ts';

/** `format=` wins over `Accept`. Throws 406 with the list of what this resource offers. */
export function chooseFormat(
  parameter: string | undefined,
  accept: string | undefined,
  offered: readonly Format[],
): Format {
  if (parameter !== undefined) {
    const format = formats.find((candidate) => candidate === parameter.toLowerCase());
    if (format === undefined || !offered.includes(format)) throw unknownFormat(parameter, offered);
    return format;
  }
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return 'json';
  for (const range of rangesOf(accept)) {
    if (range === '*/*' || range === 'application/*') return 'json';
    const format = offered.find((candidate) => mediaTypes[candidate].includes(range));
    if (format !== undefined) return format;
    if (range === 'text/*' && offered.includes('csv')) return 'csv';
  }
  throw unknownFormat(accept, offered);
}

/** The first one of each is what answers say. */
export const mediaTypes: Record<Format, readonly string[]> = {
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson', 'application/jsonl'],
  csv: ['text/csv'],
  parquet: ['application/vnd.apache.parquet', 'application/parquet'],
  geojson: ['application/geo+json'],
};

/** Media ranges by preference; those with q=0 are left out. */
function rangesOf(accept: string): string[] {
  return accept
    .split(',')
    .map((part, index) => {
      const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      return { range, index, q: q === undefined ? 1 : Number(q.slice(2)) };
    })
    .filter(({ range, q }) => range !== '' && q > 0)
    .sort((a, b) => b.q - a.q || a.index - b.index)
    .map(({ range }) => range);
}
