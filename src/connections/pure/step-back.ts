/**
 * A cursor moved back by an overlap: seconds for a moment, a count for a number. What is neither has no overlap. Rows
 * that are committed late, with an earlier time than others already read, are found within it.
 */
export function stepBack(cursor: string | number, overlap: number | undefined): string | number {
  if (overlap === undefined || overlap === 0) return cursor;
  const number = typeof cursor === 'number' ? cursor : /^-?\d{1,15}(\.\d+)?$/.test(cursor) ? Number(cursor) : undefined;
  if (number !== undefined) return typeof cursor === 'number' ? number - overlap : String(number - overlap);
  const moment = /^\d{4}-\d\d-\d\d/.test(String(cursor)) ? momentOf(String(cursor)) : Number.NaN;
  if (Number.isNaN(moment)) return cursor;
  const text = new Date(moment - overlap * 1000).toISOString();
  return hasZone(String(cursor)) ? text : text.slice(0, -1);
}

const hasZone = (text: string) => /[zZ]$|[+-]\d\d(:?\d\d)?$/.test(text.slice(10));
const momentOf = (text: string) =>
  Date.parse(hasZone(text) || text.length === 10 ? text : `${text.replace(' ', 'T')}Z`);
