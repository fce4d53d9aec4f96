export { holdBlobs } from './hold-blobs.ts';
export { sweepBlobsJob } from './jobs.ts';
export { sweepBlobs, sweepStorage } from './sweep-blobs.ts';
