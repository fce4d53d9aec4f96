/** Headings for the codes people meet most; any other code is shown as it is, readable. */
const words: Record<string, string> = {
  'type-or-format-error': 'Values that are not of the column’s type',
  'required-constraint': 'Empty where a value is required',
  'unique-constraint': 'Values or keys that occur more than once',
  'enumerable-constraint': 'Values outside the allowed list',
  'category-constraint': 'Values outside the categories',
  'minimum-constraint': 'Values below the minimum',
  'maximum-constraint': 'Values above the maximum',
  'pattern-constraint': 'Values that do not match the pattern',
  'missing-value': 'Rows with too few cells',
  'extra-value': 'Rows with too many cells',
  'blank-row': 'Blank rows',
  'blank-header': 'Columns without a name',
  'duplicate-header': 'Column names that occur twice',
  'missing-header': 'Columns that are missing',
  'extra-header': 'Columns nobody expected',
  'ragged-quote': 'Quotes that are not closed',
  'duplicate-row-removed': 'Repeated rows that were removed',
  'ambiguous-date-order': 'Dates whose order of day and month is not certain',
  'ambiguous-number': 'Numbers whose separators are not certain',
  'encoding-detected': 'The encoding was detected, not declared',
  'error-cell': 'Cells that hold a spreadsheet error',
};

export const codeWords = (code: string): string =>
  words[code] ?? code.charAt(0).toUpperCase() + code.slice(1).replaceAll(/[-_.]/g, ' ');
