/**
 * Clients read values as doubles; decimals go further. SQL over a column, which is named more than once: beyond the largest
 * double there is no value, below the least one it is 0.
 */
const [largest, least] = ['1.7976931348623157e308', '5e-324'];

export const asDouble = (of: string): string =>
  `case when abs(${of}) > ${largest} then null when abs(${of}) < ${least} then 0 else ${of} end`;

/** Not null where there is no value. */
export const isBeyondDouble = (of: string): string => `coalesce(abs(${of}) > ${largest}, false)`;
