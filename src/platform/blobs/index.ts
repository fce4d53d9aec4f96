export type { Blobs, PutOptions, StoredBlob } from './blobs.ts';
export { type BlobsOptions, openBlobs } from './open-blobs.ts';
