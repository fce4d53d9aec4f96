/**
 * SQL that puts a non-missing, trimmed text into exactly one lexical class. Inference reads only how often each class
 * occurs in a column, so the same expression serves a sample and the whole file.
 */
export function classifySql(x: string): string {
  const is = (pattern: string) => `regexp_full_match(${x}, '${pattern}')`;
  const dateOrder = (separator: string) => [
    [`${is(`(0?[1-9]|1[0-2])${separator}(0?[1-9]|1[0-2])${separator}\\d{4}`)}`, 'day-or-month'],
    [`${is(`(1[3-9]|2\\d|3[01])${separator}(0?[1-9]|1[0-2])${separator}\\d{4}`)}`, 'dmy'],
    [`${is(`(0?[1-9]|1[0-2])${separator}(1[3-9]|2\\d|3[01])${separator}\\d{4}`)}`, 'mdy'],
  ];
  const classes: [test: string, name: string][] = [
    [`${x} in ('0', '1')`, "'bit'"],
    [is('-?[1-9]\\d{0,14}'), "'integer'"],
    [is('-?[1-9]\\d{15,}'), "'long'"],
    [
      is('-?\\d+\\.\\d+'),
      `case when ${is('-?0\\d.*')} then 'leading-zero' when ${is('-?[1-9]\\d{0,2}\\.\\d{3}')} then 'decimal-or-group' else 'decimal' end`,
    ],
    [is('-?(\\d+\\.|\\.\\d+)'), "'decimal'"],
    [is('-?0\\d+'), "'leading-zero'"],
    [is('\\+.*'), "'plus'"],
    [`try_cast(${x} as date) is not null and ${is('\\d{4}-\\d\\d-\\d\\d')}`, "'iso-date'"],
    [
      `${is('\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6}0*)?)?(Z|[+-]\\d\\d:?\\d\\d)?')} and try_cast(${x} as timestamptz) is not null`,
      "'datetime'",
    ],
    [`${is('([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?')}`, "'time'"],
    [is('\\d{4}-(0[1-9]|1[0-2])'), "'yearmonth'"],
    [`${x} in ('true', 'True', 'TRUE', 'false', 'False', 'FALSE')`, "'boolean'"],
    [`${x} in ('yes', 'Yes', 'y', 'Y', 'no', 'No', 'n', 'N')`, "'yes-no'"],
    [is('-?(\\d+\\.?\\d*|\\.\\d+)[eE][+-]?\\d+'), "'exponent'"],
    [`${x} in ('NaN', 'INF', '-INF')`, "'not-finite'"],
    ...[
      ['/', '/'],
      ['\\.', '.'],
      ['-', '-'],
    ].flatMap(([pattern, mark]) =>
      dateOrder(pattern!).map(([test, name]): [string, string] => [
        `${test} and (try_strptime(${x}, '%d${mark}%m${mark}%Y') is not null or try_strptime(${x}, '%m${mark}%d${mark}%Y') is not null)`,
        `'${name}${mark}'`,
      ]),
    ),
    [
      `${is('\\d{4}/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\\d|3[01])')} and try_strptime(${x}, '%Y/%m/%d') is not null`,
      "'ymd/'",
    ],
    [is('-?[1-9]\\d{0,2},\\d{3}'), "'comma-either'"],
    [is('-?(0|[1-9]\\d*),\\d+'), "'comma-decimal'"],
    [is('-?[1-9]\\d{0,2}(,\\d{3})+(\\.\\d+)?'), "'comma-group'"],
    [is('-?[1-9]\\d{0,2}(\\.\\d{3})+(,\\d+)?'), "'point-group'"],
    [is('-?[1-9]\\d{0,2}( \\d{3})+([.]\\d+)?'), "'space-group'"],
    [`${is('(?s)\\{.*\\}')} and json_valid(${x})`, "'object'"],
    [`${is('(?s)\\[.*\\]')} and json_valid(${x})`, "'array'"],
  ];
  return `case ${classes.map(([test, name]) => `when ${test} then ${name}`).join('\n ')} else 'text' end`;
}

export const cellClasses = [
  'bit',
  'integer',
  'long',
  'decimal',
  'decimal-or-group',
  'leading-zero',
  'plus',
  'iso-date',
  'datetime',
  'time',
  'yearmonth',
  'boolean',
  'yes-no',
  'exponent',
  'not-finite',
  'day-or-month/',
  'dmy/',
  'mdy/',
  'day-or-month.',
  'dmy.',
  'mdy.',
  'day-or-month-',
  'dmy-',
  'mdy-',
  'ymd/',
  'comma-either',
  'comma-decimal',
  'comma-group',
  'point-group',
  'space-group',
  'object',
  'array',
  'text',
] as const;

export type CellClass = (typeof cellClasses)[number];
