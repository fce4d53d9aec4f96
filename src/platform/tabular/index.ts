export { type Cell, openTabular, type Tabular, type TabularOptions, type TabularRow } from './open-tabular.ts';
export { identifier, literal, literalList } from './quote.ts';
export {
  countTable,
  hiddenColumns,
  readTable,
  type TableCondition,
  type TableQuery,
  tableColumns,
  tableSql,
} from './read-table.ts';
