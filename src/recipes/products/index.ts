export { type Cast, type CastRequest, castTable } from './cast-table.ts';
export { keepRelation, keptRelation } from './keep-relation.ts';
export { loadTable } from './load-table.ts';
export { type LoadRequest, ProductFailure, type ProductIssue, type SourceTable } from './product-source.ts';
export type { ProductPolicy } from './pure/policy.ts';
export type { SchemaContract } from './pure/schema-contract.ts';
export { type ReportEntry, type Reported, reportFailure, reportTable } from './report-table.ts';
export { previewRows, writeCsv, writeJson, writeParquet, writeRejects } from './write-products.ts';
export { writeSqlite } from './write-sqlite.ts';
