export type { Blobs, PutOptions, StoredBlob } from './blobs.ts';
