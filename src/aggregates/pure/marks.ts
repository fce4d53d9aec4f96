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
} as const;

/** As clients name them in `flags`, in this order. The first four have fields of their own beside it. */
export const flagNames = {
  is_agg: marks.agg,
  is_calculated: marks.calculated,
  is_partial: marks.partial,
  has_conflict: marks.conflict,
  conflict_below: marks.conflictBelow,
  missing_part: marks.missingPart,
  division_by_zero: marks.divisionByZero,
} as const;
