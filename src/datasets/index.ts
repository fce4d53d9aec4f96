export type { DatasetChange } from './change-dataset.ts';
export { datasetResource } from './dataset.resource.ts';
export type {
  Batch,
  Dataset,
  IssueCounts,
  IssueGroup,
  Mode,
  Revision,
  RowCounts,
  TableField,
  TableSchema,
} from './dataset.ts';
export { datasetRoutes } from './dataset-routes.ts';
export { datasetDeleted, invalidDatasetName, nothingQuarantined, uploadNotFound } from './errors.ts';
export { lineageRoutes } from './lineage-routes.ts';
export { type Publication, publishRevision } from './publish-revision.ts';
export { changelogLine } from './pure/changelog-line.ts';
export { datasetNameOf, isDatasetName } from './pure/dataset-name.ts';
export { describeUpload } from './pure/describe-upload.ts';
export { unifySchemas } from './pure/unify-schemas.ts';
export { waitSeconds } from './pure/wait-seconds.ts';
export * from './read/index.ts';
export { reviseDataset } from './revise-dataset.ts';
export { revisionResource } from './revision.resource.ts';
export { revisionRoutes } from './revision-routes.ts';
export {
  datasetsWith,
  everything,
  findDataset,
  findDatasetByName,
  findLiveBatch,
  findRevision,
  insertDataset,
} from './store.ts';
export {
  changedKeys,
  type MergedCounts,
  type MergeRequest,
  mergeBatch,
  previewMerge,
  rowsOf,
  writeTable,
} from './tables/merge-batches.ts';
export {
  blobsReadableWith,
  closeQuarantine,
  expiredUploads,
  findSameContent,
  findUpload,
  insertUpload,
  lockUpload,
  type UploadChange,
  updateUpload,
  uploadsUnderway,
  uploadsWith,
} from './uploads/store.ts';
export { uploadResource } from './uploads/upload.resource.ts';
export type { Upload, UploadState } from './uploads/upload.ts';
export { getUploadToChange, previewFor, uploadRoutes } from './uploads/upload-routes.ts';
