export { checkDatasetChange } from './check-dataset-change.ts';
export { ingestUpload, ingestWithin } from './ingest-upload.ts';
export type { UploadOptions } from './pure/upload-options.ts';
export { type ReceivedFile, receiveBody } from './receive-body.ts';
export { ingestRoutes } from './routes.ts';
export { seedcaseInputRoutes } from './seedcase.dialect.ts';
export { sweepIngestFolders } from './sweep-folders.ts';
export { sweepUploads } from './sweep-uploads.ts';
export { streamBodies } from './upload-scope.ts';
