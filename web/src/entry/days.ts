export type Span = 'week' | 'month';

const dayMs = 86_400_000;
const at = (iso: string): Date => new Date(`${iso}T00:00:00Z`);
const isoOf = (date: Date): string => date.toISOString().slice(0, 10);
const later = (iso: string, days: number): string => isoOf(new Date(at(iso).getTime() + days * dayMs));

/** Calendar days of the week (Monday to Sunday) or month that `day` lies in; all days are `YYYY-MM-DD`. */
export function daysOf(span: Span, day: string): string[] {
  const first = firstOf(span, day);
  const length =
    span === 'week' ? 7 : Math.round((at(shifted('month', first, 1)).getTime() - at(first).getTime()) / dayMs);
  return Array.from({ length }, (_, index) => later(first, index));
}

/** The first day of the span that lies `by` spans after the one of `day`. */
export function shifted(span: Span, day: string, by: number): string {
  const first = firstOf(span, day);
  if (span === 'week') return later(first, 7 * by);
  const date = at(first);
  date.setUTCMonth(date.getUTCMonth() + by);
  return isoOf(date);
}

function firstOf(span: Span, day: string): string {
  const date = at(day);
  return span === 'month' ? `${day.slice(0, 7)}-01` : later(day, -((date.getUTCDay() + 6) % 7));
}

export function isDay(text: string | undefined): text is string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(at(text!).getTime()) && isoOf(at(text!)) === text;
}

const months = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const weekdays = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });
const whole = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `March 2026`, `2 to 8 March 2026`. */
export function spanText(span: Span, day: string): string {
  if (span === 'month') return months.format(at(day));
  const days = daysOf(span, day);
  return whole.formatRange(at(days[0]!), at(days.at(-1)!)).replace(/\s*[–-]\s*/, ' to ');
}

export const weekdayOf = (day: string): string => weekdays.format(at(day));
export const isWeekend = (day: string): boolean => [0, 6].includes(at(day).getUTCDay());
