/** The built-in cleaning steps a reviewer can add, and what each needs to know. The API takes more (docs, `/docs`). */
export interface StepKind {
  function: string;
  title: string;
  about: string;
  columns: 'all-or-some' | 'needed' | 'as-key';
  /** A further parameter. */
  needs?: { name: string; label: string; kind: 'texts' | 'text' | 'choice'; placeholder?: string; choices?: string[] };
}

export const stepKinds: StepKind[] = [
  { function: 'trim', title: 'Trim blanks', about: 'Removes blanks around values', columns: 'all-or-some' },
  {
    function: 'collapse_spaces',
    title: 'Collapse spaces',
    about: 'Makes one space of several inside a value',
    columns: 'all-or-some',
  },
  { function: 'unquote', title: 'Remove stray quotes', about: 'Takes a pair of quotes off', columns: 'all-or-some' },
  {
    function: 'null_values',
    title: 'Empty placeholders',
    about: 'Empties cells that hold n/a, -999 and the like',
    columns: 'all-or-some',
    needs: { name: 'values', label: 'Placeholders', kind: 'texts', placeholder: 'n/a' },
  },
  {
    function: 'decimal_comma',
    title: 'Decimal comma to point',
    about: 'Turns 1.234,5 into 1234.5',
    columns: 'all-or-some',
  },
  {
    function: 'numbers',
    title: 'Remove thousands separators',
    about: 'Turns 1,234,567 into 1234567',
    columns: 'all-or-some',
  },
  {
    function: 'booleanish',
    title: 'Yes and no to true and false',
    about: 'Where every value is one of them, or in the columns named',
    columns: 'all-or-some',
  },
  {
    function: 'dates',
    title: 'Dates to ISO',
    about: 'Reads dates of a stated form, such as %d.%m.%Y',
    columns: 'needed',
    needs: { name: 'format', label: 'Form', kind: 'text', placeholder: '%d.%m.%Y' },
  },
  {
    function: 'case',
    title: 'Change case',
    about: 'Lower, upper, or a capital at each word',
    columns: 'all-or-some',
    needs: { name: 'to', label: 'To', kind: 'choice', choices: ['lower', 'upper', 'title'] },
  },
  { function: 'drop', title: 'Leave columns out', about: 'The original file keeps them', columns: 'needed' },
  {
    function: 'dedupe',
    title: 'Remove repeated rows',
    about: 'Keeps the last of rows with the same key, or of equal rows',
    columns: 'as-key',
  },
];
