export { columnStatistics } from './column-statistics.ts';
export { cursorForeign, rowsForbidden, selectionRefused } from './errors.ts';
export { facetsOf } from './facets.ts';
export {
  getReadableDataset,
  getVisibleDataset,
  holdFile,
  openTable,
  readableDatasets,
  type Table,
} from './open-table.ts';
export { columnRef } from './pure/bindings.ts';
export type { Column } from './pure/column.ts';
export { exactSql, isoSql, jsonCellSql } from './pure/json-cell.ts';
export { lookups } from './pure/lookup-sql.ts';
export { longRowsSql, type Rendered, rowsSql } from './pure/rows-sql.ts';
export {
  booleanOf,
  type Parameters,
  parseSelection,
  type Selection,
  SelectionProblem,
  single,
} from './pure/selection.ts';
export { asRefusal, boundQuery, queryTable, type Statement } from './query-table.ts';
export { countRows, openCursor, type Page, type PageStart, parametersOf, readPage, startAfter } from './read-page.ts';
export { changelogUntil, type ReadDataset, type ReadRevision } from './store.ts';
export { closeTables, tablesOf } from './tables.ts';
