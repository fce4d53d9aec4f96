/** What is true of a cell, as bits of `aggregate.marks` (contract monitoring §8.5). */
export const marks = {
  stored: 1,
  agg: 2,
  calculated: 4,
  partial: 8,
  conflict: 16,
  conflictBelow: 32,
  missingPart: 64,
  divisionByZero: 128,
  outOfRange: 1024,
} as const;
