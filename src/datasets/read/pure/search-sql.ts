import { type Bindings, columnRef } from './bindings.ts';
import type { Column } from './column.ts';

/** Every word occurs somewhere in the row, whatever its case and accents. */
export function searchSql(words: readonly string[], columns: readonly Column[], bindings: Bindings): string {
  const cells = columns.map(({ name, engineType }) =>
    engineType === 'VARCHAR' ? columnRef(name) : `cast(${columnRef(name)} as VARCHAR)`,
  );
  // U+001F between the cells: a word cannot be found across two of them.
  const row = `lower(strip_accents(concat_ws(chr(31), ${cells.join(', ')})))`;
  return words.map((word) => `contains(${row}, lower(strip_accents(${bindings.cast(word, 'VARCHAR')})))`).join(' and ');
}
