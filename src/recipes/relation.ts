import type { Field, TableSchema } from './pure/table-schema.ts';

/**
 * A table inside the engine, on its way from source to product. Every cell is **text in the form the CSV product has** (flows
 * contract §6.2: `True`/`False`, `YYYY-MM-DD HH:MM:SS`, numbers as they stood without group characters), or null; a field's type is a
 * promise about that text. So a value that is only moved keeps its digits, and whoever computes casts.
 */
export interface Relation {
  /** Resource name. */
  resource: string;
  /** Name of a DuckDB table or view of ours: `_ord BIGINT` (unique, the order of products), `_row BIGINT` (row in its file; null once rows are merged), `f1`…`fk VARCHAR`. */
  table: string;
  /** `f1` … `fk` in this order. */
  fields: Field[];
  /** What else the Table Schema says: missingValues, primaryKey, uniqueKeys, foreignKeys. */
  schema: Omit<TableSchema, 'fields'>;
  /** The resource's other keys (title, path, datahub …) as they go into descriptors. */
  descriptor: Record<string, unknown>;
}
