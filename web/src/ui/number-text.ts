// Two digits that count, however small: what is not nothing is not shown as 0.
const small = { maximumSignificantDigits: 2, roundingPriority: 'morePrecision' } as const;
const numbers = new Intl.NumberFormat('en', { ...small, maximumFractionDigits: 2 });
const percents = new Intl.NumberFormat('en', { ...small, style: 'percent', maximumFractionDigits: 1 });

export const numberText = (value: number): string => numbers.format(value);
/** Of a share: 0.25 is 25%. */
export const percentText = (value: number): string => percents.format(value);

// Twelve digits are enough and keep 82.67% from becoming 0.8267000000000001.
const rounded = (value: number) => Number(value.toPrecision(12));
/** Shares as they are typed, and back: 0.25 is 25. */
export const toPercent = (share: number): number => rounded(share * 100);
export const fromPercent = (percent: number): number => rounded(percent / 100);
