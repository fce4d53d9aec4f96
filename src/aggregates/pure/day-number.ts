/** Of a day as `YYYY-MM-DD` the number it is stored as, YYYYMMDD; undefined where the text is no such day. */
export function dayNumber(text: string): number | undefined {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return day === null ? undefined : Number(day.slice(1).join(''));
}
