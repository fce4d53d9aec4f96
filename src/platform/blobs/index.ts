export type { Blobs, PutOptions, StoredBlob } from './blobs.ts';
export { blobMissing, rangeNotSatisfiable, storageFull, uploadTooLarge } from './errors.ts';
export { type BlobsOptions, openBlobs } from './open-blobs.ts';
