import { createReadStream } from 'node:fs';

/**
 * Whether every quote of a delimited file stands where RFC 4180 wants it and no quoted cell holds a line end: then a
 * record is a line, and DuckDB's parallel reader cannot take one for another.
 */
export async function quotesArePlain(
  file: string,
  delimiter: string,
  quote: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const mark = delimiter.charCodeAt(0);
  const quoteCode = quote.charCodeAt(0);
  // 0 start of a cell, 1 in a bare cell, 2 in quotes, 3 behind a quote that either closes or is doubled
  let state = 0;
  let first = true;
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    const chunk = piece as Buffer;
    let i = first && chunk[0] === 0xef && chunk[1] === 0xbb ? 3 : 0;
    first = false;
    for (; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (state === 2) {
        if (byte === quoteCode) state = 3;
        else if (byte === 10 || byte === 13) return false;
      } else if (byte === quoteCode) {
        if (state === 1) return false;
        state = 2;
      } else if (byte === mark || byte === 10) state = 0;
      else if (byte === 13) continue;
      else if (state === 3) return false;
      else state = 1;
    }
  }
  return state !== 2;
}
