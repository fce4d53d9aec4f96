import type { Tabular } from '../../platform/tabular/index.ts';

/** Rows of a table, or of whatever else may stand behind `from`. */
export async function countOf(tabular: Tabular, from: string): Promise<number> {
  const [row] = await tabular.rows(`select count(*)::double as n from ${from}`);
  return Number(row?.n ?? 0);
}
