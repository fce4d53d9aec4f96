export { documentActions } from './actions.ts';
export { deriveDocuments } from './derive-documents.ts';
export { queueProcess } from './queue-process.ts';
export { documentResources, documentRoutes } from './routes.ts';
export { connectDocuments } from './trace-values.ts';
export { refreshMaster, transformUpload } from './transform-upload.ts';
