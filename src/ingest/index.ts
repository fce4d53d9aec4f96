export { checkDatasetChange } from './check-dataset-change.ts';
export { ingestUpload } from './ingest-upload.ts';
export { ingestRoutes } from './routes.ts';
export { seedcaseInputRoutes } from './seedcase.dialect.ts';
export { sweepIngestFolders } from './sweep-folders.ts';
export { sweepUploads } from './sweep-uploads.ts';
