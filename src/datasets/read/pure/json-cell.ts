import { columnRef } from './bindings.ts';
import { type Column, largestExact } from './column.ts';

/**
 * A cell as JSON can carry it without loss, as SQL: times in ISO 8601, numbers that a double cannot hold and those that
 * are none (NaN, infinity) as text, JSON as itself.
 */
export function jsonCellSql(column: Column): string {
  const ref = columnRef(column.name);
  switch (column.kind) {
    case 'text':
    case 'boolean':
    case 'date':
      return ref;
    case 'number':
      return numberSql(ref, column);
    case 'datetime':
      return isoSql(ref, column);
    case 'time':
      return `cast(${ref} as VARCHAR)`;
    case 'json':
      return `coalesce(try_cast(${ref} as JSON), to_json(${ref}))`;
    case 'other':
      return `to_json(${ref})`;
  }
}

/** A moment as `2024-01-31T10:00:00`, with `Z` where the column knows its zone; fractions only where there are some. */
export function isoSql(ref: string, { engineType }: Pick<Column, 'engineType'>): string {
  const text = `replace(cast(${ref} as VARCHAR), ' ', 'T')`;
  return engineType.includes('WITH TIME ZONE') ? `replace(${text}, '+00', 'Z')` : text;
}

function numberSql(ref: string, { wide, engineType }: Column): string {
  if (engineType === 'DOUBLE' || engineType === 'FLOAT') {
    return `case when isfinite(${ref}) then to_json(${ref}) else to_json(cast(${ref} as VARCHAR)) end`;
  }
  if (!wide) return ref;
  return `case when ${exactSql(ref, engineType)} then to_json(${ref}) else to_json(cast(${ref} as VARCHAR)) end`;
}

/** Whether a double holds the number exactly. */
export function exactSql(ref: string, engineType: string): string {
  const largest = Math.floor(largestExact(engineType));
  return `${ref} between -${largest} and ${largest}`;
}
