import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { isBlobName } from './blob-name.ts';
import type { Blobs } from './blobs.ts';
import { blobMissing, rangeNotSatisfiable, storageFull } from './errors.ts';
import { measure } from './measure.ts';
import { type S3Place, sweepUploads, uploadUnknown, uploadWhole } from './s3-transfer.ts';

export interface S3BlobsOptions {
  bucket: string;
  /** Without slashes at its ends; may be empty. */
  prefix: string;
  endpoint?: string | undefined;
  region?: string | undefined;
  credentials?: S3ClientConfig['credentials'] | undefined;
  /** Largest object one copy request takes; default 5 GiB, the limit of S3. Larger ones are copied in parts. */
  maxCopyBytes?: number;
}

/**
 * Blobs as objects `<prefix>/blob/<sha256>`, which S3 shows whole or not at all. The name is the hash, which is known
 * at the end only: a transfer goes to `<prefix>/tmp/` and is copied inside S3. Never through the local disk.
 */
export function openS3Blobs(options: S3BlobsOptions): Blobs {
  const client = clientFor(options);
  const { bucket: Bucket } = options;
  const base = options.prefix === '' ? '' : `${options.prefix}/`;
  const keyOf = (sha256: string) => `${base}blob/${sha256}`;
  const store: S3Place = {
    client,
    bucket: Bucket,
    temporary: `${base}tmp/`,
    keyOf,
    maxCopyBytes: options.maxCopyBytes ?? 5 * 1024 ** 3,
  };

  const find = async (sha256: string) => {
    if (!isBlobName(sha256)) return undefined;
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: keyOf(sha256) }));
      return { bytes: head.ContentLength ?? 0 };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  const open = async (sha256: string, range?: { start: number; end: number }): Promise<Readable> => {
    if (!isBlobName(sha256)) throw blobMissing(sha256);
    if (range !== undefined && !(range.start >= 0 && range.start <= range.end)) {
      throw rangeNotSatisfiable((await find(sha256))?.bytes ?? 0);
    }
    const Range = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(sha256), ...Range }));
      return answer.Body as Readable;
    } catch (error) {
      if (isMissing(error)) throw blobMissing(sha256);
      if (statusOf(error) === 416) throw rangeNotSatisfiable((await find(sha256))?.bytes ?? 0);
      throw error;
    }
  };

  return {
    open,
    stat: find,

    async put(source, putOptions) {
      const measured = measure(source, putOptions);
      const transfer = uploadUnknown(store, measured.bytes, putOptions.maxBytes);
      try {
        await transfer.sent();
        const result = measured.result();
        const existed = (await find(result.sha256)) !== undefined;
        await transfer.name(result.sha256, result.bytes);
        return { ...result, existed };
      } catch (error) {
        throw isFull(error) ? storageFull(error) : error;
      } finally {
        await transfer.discard();
      }
    },

    async putFile(file) {
      const measured = measure(createReadStream(file), { maxBytes: Number.POSITIVE_INFINITY });
      for await (const _ of measured.bytes);
      const result = measured.result();
      const existed = (await find(result.sha256)) !== undefined;
      try {
        await uploadWhole(store, keyOf(result.sha256), createReadStream(file), result.bytes);
      } catch (error) {
        throw isFull(error) ? storageFull(error) : error;
      }
      await rm(file);
      return { ...result, existed };
    },

    async localFile(sha256, workFolder) {
      const source = await open(sha256);
      await mkdir(workFolder, { recursive: true });
      const file = path.join(workFolder, sha256);
      try {
        const measured = measure(source, { maxBytes: Number.POSITIVE_INFINITY });
        await pipeline(measured.bytes, createWriteStream(`${file}.part`));
        if (measured.result().sha256 !== sha256) throw new Error(`the object ${keyOf(sha256)} has other content`);
        await rename(`${file}.part`, file);
      } catch (error) {
        source.destroy();
        await rm(`${file}.part`, { force: true });
        throw isFull(error) ? storageFull(error) : error;
      }
      return file;
    },

    async delete(sha256) {
      if (isBlobName(sha256)) await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(sha256) }));
    },

    async *list() {
      const Prefix = keyOf('');
      for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
        for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
          const sha256 = Key.slice(Prefix.length);
          if (isBlobName(sha256)) yield { sha256, bytes: Size, modifiedAt: LastModified };
        }
      }
    },

    sweepTemporary: (olderThanSeconds) => sweepUploads(store, base, olderThanSeconds),
  };
}

function clientFor({ endpoint, region = 'us-east-1', credentials }: S3BlobsOptions): S3Client {
  return new S3Client({
    region,
    ...(credentials === undefined ? {} : { credentials }),
    // Stores beside AWS: buckets in the path, and no checksums as trailers, which many of them do not know.
    ...(endpoint === undefined
      ? {}
      : {
          endpoint,
          forcePathStyle: true,
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }),
  });
}

const statusOf = (error: unknown) => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** A bucket that is missing is a wrong setting, not a missing blob. */
const isMissing = (error: unknown) => statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket';

const isFull = (error: unknown) =>
  statusOf(error) === 507 ||
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '') ||
  ['XMinioStorageFull', 'QuotaExceeded'].includes((error as Error).name);
