import type { ColumnInfo } from '../connector.ts';

/** Rows of table, column and type → tables. */
export function groupColumns(rows: readonly (readonly string[])[]): { name: string; columns: ColumnInfo[] }[] {
  const tables = new Map<string, ColumnInfo[]>();
  for (const [table = '', name = '', type = ''] of rows) {
    const columns = tables.get(table) ?? [];
    columns.push({ name, type });
    tables.set(table, columns);
  }
  return [...tables].map(([name, columns]) => ({ name, columns }));
}
