import type { Indicator } from '../api/indicators.ts';
import type { Cell } from '../api/values.ts';
import { numberText, percentText } from './number-text.ts';

type Kind = Pick<Indicator, 'data_format' | 'categories'>;

/** A value as people read it: 25 %, yes, the label of a category, a day. */
export function valueText(value: Cell['value'], indicator: Kind | undefined): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  switch (indicator?.data_format) {
    case 'pct':
      return percentText(value);
    case 'bool':
      return value === 1 ? 'yes' : value === 0 ? 'no' : percentText(value);
    case 'class':
      return indicator.categories?.find((category) => category.value === value)?.label ?? String(value);
    case 'date_int':
      return String(value).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
    default:
      return numberText(value);
  }
}

/** The same with its unit: 12 L, 4.5 °C. What is no number has none. */
export function measured(value: Cell['value'], indicator: (Kind & Pick<Indicator, 'unit'>) | undefined): string {
  const unit = unitOf(indicator);
  const text = valueText(value, indicator);
  return unit === '' || typeof value !== 'number' ? text : `${text}\u00a0${unit}`;
}

/** Of numbers alone: a share, a category or a day is read without one. */
export const unitOf = (indicator: Pick<Indicator, 'data_format' | 'unit'> | undefined): string =>
  indicator?.data_format === 'int' || indicator?.data_format === 'float' ? (indicator.unit ?? '') : '';

export const flagWords: Record<string, string> = {
  is_agg: 'rests on places below',
  is_calculated: 'calculated',
  is_partial: 'some places below have no value',
  has_conflict: 'differs from what the places below give',
  conflict_below: 'a place below is in conflict with its own parts',
  missing_part: 'a part of the sum has no value',
  division_by_zero: 'divided by zero',
  not_aggregable: 'cannot be put together',
  out_of_range: 'too large a number',
  mixed_levels: 'stored at different levels on different days',
};

/** What is worth a look; that a value is put together at all is not. */
export const warningsOf = (flags: readonly string[] = []): string[] =>
  flags.filter((flag) => flag !== 'is_agg' && flag !== 'is_calculated').map((flag) => flagWords[flag] ?? flag);
