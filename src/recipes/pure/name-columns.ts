export interface NamedColumns {
  names: string[];
  /** 1-based columns whose header was blank. */
  blank: number[];
  /** 1-based columns whose header repeats an earlier one, and the column it repeats. */
  duplicates: { column: number; of: number; name: string }[];
}

/**
 * Unique names for a header row: blank → `_c3`, repeated → `name_1`, `name_2`. DuckDB and Parquet readers compare names
 * without case, so `ID` beside `id` counts as repeated; our own hidden columns count as taken.
 */
export function nameColumns(headers: readonly string[], reserved: readonly string[]): NamedColumns {
  const taken = new Set(reserved.map((name) => name.toLowerCase()));
  const first = new Map<string, number>();
  const result: NamedColumns = { names: [], blank: [], duplicates: [] };
  const wanted = headers.map((header) => header.trim());
  const spoken = new Set(wanted.map((name) => name.toLowerCase()));
  wanted.forEach((name, index) => {
    const column = index + 1;
    if (name === '') {
      result.blank.push(column);
      result.names.push(free(`_c${column}`, taken, new Set()));
      return;
    }
    const folded = name.toLowerCase();
    const earlier = first.get(folded);
    if (earlier === undefined) first.set(folded, column);
    else result.duplicates.push({ column, of: earlier, name });
    result.names.push(taken.has(folded) ? free(name, taken, spoken) : free(name, taken, new Set()));
  });
  return result;
}

/** The name itself, or with the first suffix that neither an earlier column has nor a later one asks for. */
function free(name: string, taken: Set<string>, spoken: Set<string>): string {
  let candidate = name;
  for (let n = 1; taken.has(candidate.toLowerCase()) || (n > 1 && spoken.has(candidate.toLowerCase())); n++) {
    candidate = `${name}_${n}`;
  }
  taken.add(candidate.toLowerCase());
  return candidate;
}
