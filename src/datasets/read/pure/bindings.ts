/** Collects the values of one statement; what goes into its text is `$1`, `$2`… */
export class Bindings {
  readonly values: (string | null)[] = [];

  add(value: string): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** The value in a type of DuckDB's. */
  cast(value: string, type: string): string {
    return `cast(${this.add(value)} as ${type})`;
  }
}

/** A name as SQL identifier, whatever it contains. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as SQL literal, for statements that take no parameters there, such as a file name. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * A column of the table that is read, which every statement calls `t`: without it DuckDB would take a rendered column
 * of the same name where it orders.
 */
export const columnRef = (name: string): string => `t.${quoted(name)}`;
