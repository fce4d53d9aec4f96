/** A value as it stands in the data: no grouping, no rounding, no local form. Nothing is an empty text. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
