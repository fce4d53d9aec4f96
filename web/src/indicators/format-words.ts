import type { DataFormat } from '../api/indicators.ts';

export const formatWords: Record<DataFormat, string> = {
  int: 'whole number',
  float: 'number',
  pct: 'percentage',
  bool: 'yes or no',
  class: 'category',
  date: 'day',
  date_int: 'day (number)',
};

export const operatorWords: Record<string, string> = {
  sum: 'sum',
  mean: 'mean',
  weighted_mean: 'weighted mean',
  min: 'least',
  max: 'greatest',
  count: 'count of values',
  last: 'latest',
  none: 'not at all',
};
