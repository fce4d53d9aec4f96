import { type ExactJson, isExactNumber } from './parse-exact.ts';

export interface FlatCell {
  text: string | null;
  /** True for a JSON string: digits in it are a code, not a number. */
  quoted: boolean;
}

/** Objects nested deeper than this stay JSON text. */
const maxDepth = 3;

/** One record as dotted columns: `{"a": {"b": 1}}` → `a.b`. Lists become JSON text, an absent key no cell at all. */
export function flattenRecord(record: { [key: string]: ExactJson }): Map<string, FlatCell> {
  const cells = new Map<string, FlatCell>();
  flatten(record, '', 1, cells);
  return cells;
}

function flatten(
  record: { [key: string]: ExactJson },
  prefix: string,
  depth: number,
  cells: Map<string, FlatCell>,
): void {
  for (const [key, value] of Object.entries(record)) {
    const name = prefix + key;
    if (isRecord(value) && depth < maxDepth && Object.keys(value).length > 0)
      flatten(value, `${name}.`, depth + 1, cells);
    else cells.set(name, cellOf(value));
  }
}

export function cellOf(value: ExactJson): FlatCell {
  if (value === null) return { text: null, quoted: false };
  if (typeof value === 'string') return { text: value, quoted: true };
  if (isExactNumber(value)) return { text: value.rawJSON, quoted: false };
  return { text: typeof value === 'object' ? JSON.stringify(value) : String(value), quoted: false };
}

export function isRecord(value: ExactJson | undefined): value is { [key: string]: ExactJson } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
}
