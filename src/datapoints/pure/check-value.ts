export interface CheckedIndicator {
  short_name: string;
  data_format: string;
  min: number | null;
  max: number | null;
  categories: { value: number; label: string }[] | null;
}

export interface ValueProblem {
  code: string;
  message: string;
  /** A warning can be confirmed, an error not. */
  isWarning: boolean;
}

/** Beyond it, sums leave what clients read as a number, up to 1.8e308. */
const largest = 1e300;

/** The checks of monitoring §7.5 on one number; the first that speaks. */
export function checkValue(indicator: CheckedIndicator, value: number): ValueProblem | undefined {
  const { short_name: name, data_format: format, min, max } = indicator;
  const error = (code: string, message: string): ValueProblem => ({ code, message, isWarning: false });
  const warning = (code: string, message: string): ValueProblem => ({ code, message, isWarning: true });
  if (format === 'bool' && value !== 0 && value !== 1) return error('not_a_boolean', `${name} is 1 or 0, not ${value}`);
  if (format === 'class' && !(indicator.categories ?? []).some((category) => category.value === value)) {
    return error('unknown_category', `${value} is no category of ${name}`);
  }
  if ((format === 'date' || format === 'date_int') && !isDay(value)) {
    return error('not_a_date', `${name} is a day written as YYYYMMDD, not ${value}`);
  }
  if (Math.abs(value) > largest) return error('out_of_range', `${name} must be between -${largest} and ${largest}`);
  if (min !== null && value < min) return error('out_of_range', `${name} must not be below ${min}`);
  if (max !== null && value > max) return error('out_of_range', `${name} must not be above ${max}`);
  if (format === 'pct' && ((value < 0 && min === null) || (value > 1 && max === null))) {
    return warning('out_of_range', `${name} is a fraction, usually between 0 and 1, not ${value}`);
  }
  if (format === 'int' && value < 0 && min === null) return warning('out_of_range', `${name} is usually not negative`);
  if (format === 'int' && !Number.isInteger(value))
    return warning('fractional_int', `${name} is a whole number, not ${value}`);
  return undefined;
}

function isDay(value: number): boolean {
  if (!Number.isInteger(value) || value < 10_000_101 || value > 99_991_231) return false;
  const [year, month, day] = [Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
