export type { FileFormat } from './detect-format.ts';
export {
  type IngestRequest,
  type IngestResult,
  ingestFile,
  previewFile,
  type RowCounts,
  type StepReport,
} from './ingest-file.ts';
export type { Issue, IssueCount } from './issue.ts';
export { defaultLimits, type RecipeLimits } from './limits.ts';
export type { Previous } from './merge-revision.ts';
export type { Category, Constraints, Field, FieldType, MissingValue, TableSchema } from './pure/table-schema.ts';
export { primaryKeyOf, schemaProblems } from './pure/table-schema.ts';
export type { ReadingOptions } from './reading-options.ts';
export type { Reading } from './staged.ts';
export { type CleaningFunction, checkRecipe, cleaningFunctions, type RecipeStep } from './steps/index.ts';
