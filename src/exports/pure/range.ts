export interface ByteRange {
  start: number;
  /** Included. */
  end: number;
}

/**
 * The one byte range of RFC 9110 a request asks for. Undefined: the whole, also for several ranges or other units, which
 * a server may answer so. `unsatisfiable`: it lies outside of the file.
 */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '') {
    const length = Math.min(Number(to), bytes);
    return length === 0 ? 'unsatisfiable' : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(from);
  const end = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== '' && Number(to) < start) return undefined;
  return start < bytes ? { start, end } : 'unsatisfiable';
}

/** `If-None-Match` against a strong tag: weak comparison, lists, `*`. */
export function isUnchanged(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
}
