/**
 * The number, or the two it could be: `1,234` is 1234 to some and 1.234 to others. Where numbers are whole it is the whole
 * one, `1.234` too, as in documents. Elsewhere a point alone is the decimal sign, as the sheet itself writes it; `0,5` has
 * one reading only.
 */
export function readNumber(text: string, isWhole: boolean): number | [number, number] | undefined {
  const point = readWith('.', text);
  const comma = readWith(',', text);
  if (point === undefined || comma === undefined) return point ?? comma;
  if (isWhole) return [point, comma].find(Number.isInteger) ?? point;
  return point === comma || text.includes('.') ? point : [point, comma];
}

/** Read with this decimal sign; groups of thousands may be set off by blanks, apostrophes or the other sign. */
function readWith(sign: '.' | ',', text: string): number | undefined {
  const other = sign === '.' ? ',' : '.';
  const groups = new RegExp(`^-?[1-9]\\d{0,2}([${other} '’\u00a0\u202f]\\d{3})+(\\${sign}\\d+)?$`);
  const bare = groups.test(text) ? text.replace(new RegExp(`[${other} '’\u00a0\u202f]`, 'g'), '') : text;
  if (bare.includes(other)) return undefined;
  const plain = bare.replace(sign, '.');
  return /^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}
