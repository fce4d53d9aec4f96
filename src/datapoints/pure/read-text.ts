import type { CheckedIndicator } from './check-value.ts';

const problems: Record<string, [code: string, what: (indicator: CheckedIndicator) => string]> = {
  bool: ['not_a_boolean', () => 'yes or no'],
  class: [
    'unknown_category',
    ({ categories }) => `one of its categories: ${(categories ?? []).map(({ label }) => label).join(', ')}`,
  ],
  date: ['not_a_date', () => 'a day, written YYYY-MM-DD'],
  date_int: ['not_a_date', () => 'a day, written YYYY-MM-DD'],
  pct: ['not_a_number', () => 'a fraction or a percentage: 0.25 or 25%'],
};

/** The number that is stored for what was entered in words (monitoring §7.5), or why there is none. */
export function readText(
  indicator: CheckedIndicator,
  text: string,
): { value: number } | { value?: undefined; code: string; message: string } {
  const value = wordsAsNumber(indicator.data_format, indicator.categories, text);
  if (value !== undefined) return { value };
  const [code, what] = problems[indicator.data_format] ?? ['not_a_number', () => 'a number'];
  return { code, message: `${indicator.short_name} is ${what(indicator)}, not '${text.slice(0, 100)}'` };
}

/** What a text that is no number by itself means for values of this format. */
export function wordsAsNumber(
  format: string,
  categories: CheckedIndicator['categories'],
  text: string,
): number | undefined {
  switch (format) {
    case 'bool':
      if (/^(yes|y|true)$/i.test(text)) return 1;
      return /^(no|n|false)$/i.test(text) ? 0 : undefined;
    case 'class':
      return categories?.find(({ label }) => label.trim().toLowerCase() === text.toLowerCase())?.value;
    case 'date':
    case 'date_int':
      return dayOf(text);
    case 'pct':
      return percentOf(text);
    default:
      return undefined;
  }
}

/** Stored as YYYYMMDD. Whether there is such a day is checked as of every number. */
function dayOf(text: string): number | undefined {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return day === null ? undefined : Number(day.slice(1).join(''));
}

/** Twelve digits are enough and keep 82.67% from becoming 0.8267000000000001. */
function percentOf(text: string): number | undefined {
  const percent = /^[-−]?(\d+\.?\d*|\.\d+) ?%$/.exec(text);
  return percent === null ? undefined : Number((Number(text.replace('−', '-').slice(0, -1)) / 100).toPrecision(12));
}
