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
  const { short_name: name, data_format: format } = indicator;
  const value = wordsAsNumber(format, indicator.categories, text) ?? plainNumber(text);
  if (value !== undefined && !(format === 'int' && !Number.isInteger(value))) return { value };
  if (format === 'int' || format === 'float') {
    const [number, other] = readingsOf(text, format === 'int');
    if (other !== undefined) {
      const message = `${name}: ${text} is ${Math.min(number!, other)} or ${Math.max(number!, other)}; send it without marks of thousands`;
      return { code: 'ambiguous_number', message };
    }
    if (number !== undefined) return { value: number };
  }
  const [code, what] = problems[indicator.data_format] ?? ['not_a_number', () => 'a number'];
  return { code, message: `${name} is ${what(indicator)}, not '${text.slice(0, 100)}'` };
}

function plainNumber(text: string): number | undefined {
  const number = Number(text);
  return text === '' || !Number.isFinite(number) ? undefined : number;
}

/**
 * The numbers it can be, where a point or a comma sets thousands off or begins decimals. Where numbers are whole, `1.200`
 * and `1,200` are 1200, as in documents (monitoring §7.5).
 */
function readingsOf(text: string, isWhole: boolean): number[] {
  const found = [readWith('.', text), readWith(',', text)].filter((number) => number !== undefined);
  const different = [...new Set(found)];
  const whole = different.filter(Number.isInteger);
  return isWhole && whole.length === 1 ? whole : different;
}

/** With this decimal sign; groups of three may be set off by blanks, apostrophes or the other sign. */
function readWith(sign: '.' | ',', text: string): number | undefined {
  const mark = `[${sign === '.' ? ',' : '.'} '’\u00a0\u202f]`;
  const given = text.replace(/^−/, '-');
  const isGrouped = new RegExp(`^-?[1-9]\\d{0,2}(${mark}\\d{3})+(\\${sign}\\d+)?$`).test(given);
  const bare = isGrouped ? given.replace(new RegExp(mark, 'g'), '') : given;
  return new RegExp(`^-?\\d+(\\${sign}\\d+)?$`).test(bare) ? Number(bare.replace(sign, '.')) : undefined;
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
