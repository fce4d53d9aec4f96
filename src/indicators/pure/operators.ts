/** What values of an indicator are; `pct` is a fraction, `date` and `date_int` are calendar days. */
export const dataFormats = ['int', 'float', 'pct', 'bool', 'class', 'date_int', 'date'] as const;
export type DataFormat = (typeof dataFormats)[number];

export const operators = ['sum', 'mean', 'weighted_mean', 'min', 'max', 'count', 'last', 'none'] as const;
export type Operator = (typeof operators)[number];

/** What `aggregation` may say (contract monitoring §8.3); the first is what holds when it says nothing. */
export const operatorsOf: Record<DataFormat, readonly Operator[]> = {
  int: operators,
  float: operators,
  bool: ['mean', ...operators.filter((operator) => operator !== 'mean')],
  pct: ['none', 'mean', 'weighted_mean', 'min', 'max', 'count', 'last'],
  class: ['none', 'count', 'last'],
  date: ['none', 'min', 'max', 'count', 'last'],
  date_int: ['none', 'min', 'max', 'count', 'last'],
};

/** Roles of a component in a calculation (§8.4). */
export const roles = [
  'PART_TO_BE_SUMMED',
  'NUMERATOR',
  'DENOMINATOR',
  'WHOLE_OF_DIFFERENCE',
  'PART_OF_DIFFERENCE',
  'latest_date',
  'district_count',
] as const;
export type Role = (typeof roles)[number];
