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
