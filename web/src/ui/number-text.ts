// Two digits that count, however small: what is not nothing is not shown as 0.
const small = { maximumSignificantDigits: 2, roundingPriority: 'morePrecision' } as const;
const numbers = new Intl.NumberFormat('en', { ...small, maximumFractionDigits: 2 });
const percents = new Intl.NumberFormat('en', { ...small, style: 'percent', maximumFractionDigits: 1 });

export const numberText = (value: number): string => numbers.format(value);
/** Of a share: 0.25 is 25%. */
export const percentText = (value: number): string => percents.format(value);
