import { schemaInvalid } from '../errors.ts';

const directives: Record<string, string> = {
  Y: '\\d{4}',
  y: '\\d\\d',
  m: '(0?[1-9]|1[0-2])',
  d: '(0?[1-9]|[12]\\d|3[01])',
  H: '([01]?\\d|2[0-3])',
  I: '(0?[1-9]|1[0-2])',
  M: '[0-5]\\d',
  S: '[0-5]\\d',
  f: '\\d{1,6}',
  j: '\\d{1,3}',
  b: '[A-Za-z]{3}',
  B: '[A-Za-z]{3,9}',
  a: '[A-Za-z]{3}',
  A: '[A-Za-z]{6,9}',
  p: '([AaPp][Mm])',
  z: '(Z|[+-]\\d\\d:?(\\d\\d)?)',
  '%': '%',
};

/**
 * The expression a strptime format stands for. DuckDB's `strptime` alone fills missing parts and takes short years and
 * blanks, so both must hold.
 */
export function strictPattern(format: string): string {
  return format.replace(/%(.)|[\s\S]/g, (whole, directive: string | undefined) => {
    if (directive === undefined) return whole.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    const pattern = directives[directive];
    if (pattern === undefined) throw schemaInvalid(`unknown date directive '${whole}' in format '${format}'`);
    return pattern;
  });
}
