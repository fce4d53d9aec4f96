/** Headings for the codes people meet most; any other code is shown as it is, readable. */
const words: Record<string, string> = {
  type_error: 'Values that are not of the column’s type',
  cast_failed: 'Values that are not of the column’s type',
  required: 'Empty where a value is required',
  unique: 'Values that occur more than once',
  duplicate_key: 'Keys that occur more than once',
  enum: 'Values outside the allowed list',
  minimum: 'Values below the minimum',
  maximum: 'Values above the maximum',
  pattern: 'Values that do not match the pattern',
  row_width: 'Rows with too many or too few cells',
  too_few_cells: 'Rows with too few cells',
  too_many_cells: 'Rows with too many cells',
  ambiguous_date: 'Dates whose order of day and month is not certain',
};

export const codeWords = (code: string): string =>
  words[code] ?? code.charAt(0).toUpperCase() + code.slice(1).replaceAll(/[-_.]/g, ' ');
