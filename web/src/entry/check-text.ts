import { readNumber } from '../ui/read-number.ts';

export type Checked =
  | { value: number | string | null; warning?: string; error?: undefined }
  | { error: string; value?: undefined; warning?: undefined };

/** What an indicator says of its values. */
interface Rules {
  data_format: string;
  min: number | null;
  max: number | null;
  categories: { value: number; label: string }[] | null;
}

/** What is typed into a cell, while it is typed: the same rules as the server's, which decides. Empty clears the cell. */
export function checkText(text: string, rules: Rules): Checked {
  const given = text.trim();
  if (given === '') return { value: null };
  switch (rules.data_format) {
    case 'bool':
      return checkBoolean(given);
    case 'class':
      return checkCategory(given, rules.categories ?? []);
    case 'date':
    case 'date_int':
      return checkDay(given);
    default:
      return checkNumber(given, rules);
  }
}

function checkBoolean(given: string): Checked {
  if (/^(yes|y|true|1)$/i.test(given)) return { value: 1 };
  if (/^(no|n|false|0)$/i.test(given)) return { value: 0 };
  return { error: 'yes or no' };
}

function checkCategory(given: string, categories: { value: number; label: string }[]): Checked {
  const found = categories.find(
    ({ value, label }) => String(value) === given || label.toLowerCase() === given.toLowerCase(),
  );
  return found === undefined
    ? { error: `one of ${categories.map(({ label }) => label).join(', ') || 'no categories yet'}` }
    : { value: found.value };
}

function checkDay(given: string): Checked {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(given) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isDay = day !== undefined && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isDay ? { value: `${year}-${month}-${day}` } : { error: 'a day, written 2026-03-31' };
}

function checkNumber(given: string, rules: Rules): Checked {
  const { data_format: format, min, max } = rules;
  const hasPercent = /%$/.test(given);
  const bare = given.replace(/%$/, '').trim().replace(/−/g, '-');
  const read = hasPercent && format !== 'pct' ? undefined : readNumber(bare, format === 'int');
  if (read === undefined) return { error: format === 'pct' ? 'a share: 0.25 or 25%' : 'a number: 1200 or 12.5' };
  if (typeof read !== 'number')
    return { error: `${Math.min(...read)} or ${Math.max(...read)}? Write it without a comma` };
  // Twelve digits are enough and keep 82.67% from becoming 0.8267000000000001.
  const value = hasPercent ? Number((read / 100).toPrecision(12)) : read;
  const shown = (bound: number) => (format === 'pct' ? `${bound * 100} %` : String(bound));
  if (min !== null && value < min) return { error: `not below ${shown(min)}` };
  if (max !== null && value > max) return { error: `not above ${shown(max)}` };
  if (format === 'pct' && ((value < 0 && min === null) || (value > 1 && max === null))) {
    return { value, warning: 'usually between 0 % and 100 %' };
  }
  if (format === 'int' && value < 0 && min === null) return { value, warning: 'usually not negative' };
  if (format === 'int' && !Number.isInteger(value))
    return { value, warning: `read as ${value}, usually a whole number` };
  return { value };
}
