export type { FileFormat } from './detect-format.ts';
export { schemaInvalid } from './errors.ts';
export type { IngestRequest, IngestResult, Previous, RowCounts, StepReport } from './ingest.ts';
export { ingestFile } from './ingest-file.ts';
export type { Issue, IssueCount } from './issue.ts';
export { defaultLimits, type RecipeLimits } from './limits.ts';
export { loadOnto } from './load-onto.ts';
export {
  type BadCell,
  checkResult,
  checkSteps,
  type FieldOrigins,
  type KnownResource,
  type Loaded,
  type Origin,
  type ProcessorStep,
  processorsPage,
  processorVersion,
  type ResourceSelector,
  resourcesNamed,
  runSteps,
  type StepContext,
  type StepDone,
  StepFailure,
  StepIssues,
  type StepIssuesState,
  type StepProblemAt,
  selectResources,
} from './processors/index.ts';
export {
  type Cast,
  castTable,
  checkForeignKeys,
  distinctNames,
  issuesSql,
  keepRelation,
  keptRelation,
  loadTable,
  ProductFailure,
  previewRows,
  type Referred,
  type ReportEntry,
  readerVersion,
  rejectsFailure,
  reportFailure,
  reportTable,
  type SchemaContract,
  type SourceTable,
  writeCsv,
  writeJson,
  writeParquet,
  writeRejects,
  writeSqlite,
} from './products/index.ts';
export { type CsvDialect, CsvTokeniser } from './pure/csv-tokeniser.ts';
export { type ExactJson, isExactNumber, parseExact } from './pure/parse-exact.ts';
export type { Category, Constraints, Field, FieldType, MissingValue, TableSchema } from './pure/table-schema.ts';
export { primaryKeyOf, schemaProblems } from './pure/table-schema.ts';
export type { ReadingOptions } from './reading-options.ts';
export type { Relation } from './relation.ts';
export type { Reading } from './staged.ts';
export { type CleaningFunction, checkRecipe, cleaningFunctions, type RecipeStep } from './steps/index.ts';
