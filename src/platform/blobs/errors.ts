import { AppError } from '../errors/index.ts';

export const uploadTooLarge = (maxBytes: number): AppError =>
  new AppError(413, 'upload_too_large', `The file is larger than ${maxBytes} bytes.`, { extra: { limit: maxBytes } });

export const storageFull = (cause: unknown): AppError =>
  new AppError(507, 'storage_full', 'There is no space left to store the file.', { cause });

export const blobMissing = (sha256: string): AppError =>
  new AppError(404, 'blob_missing', `There is no stored file ${sha256}.`);

export const rangeNotSatisfiable = (bytes: number): AppError =>
  new AppError(416, 'range_not_satisfiable', `The range lies outside of the file of ${bytes} bytes.`, {
    headers: { 'content-range': `bytes */${bytes}` },
  });
