import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

export interface S3Place {
  client: S3Client;
  bucket: string;
  /** Prefix of keys that mean nothing yet. */
  temporary: string;
  keyOf(sha256: string): string;
  maxCopyBytes: number;
}

export interface Transfer {
  /** Resolves when the last byte has arrived at S3, or the whole small body is at hand. */
  sent(): Promise<void>;
  name(sha256: string, bytes: number): Promise<void>;
  /** Removes what is left under the temporary key; safe after `name`, and after a failure. */
  discard(): Promise<void>;
}

const MiB = 1024 ** 2;
/** Held in memory twice per transfer. S3 takes 10,000 parts of at least 5 MiB. */
const partBytesFor = (bytes: number) => Math.max(8 * MiB, Number.isFinite(bytes) ? Math.ceil(bytes / 10_000) : 0);

/** A body that fits one part is kept and put under its name at once: one request instead of three. */
export function uploadUnknown(place: S3Place, bytes: AsyncIterable<Buffer>, maxBytes: number): Transfer {
  const { client, bucket: Bucket } = place;
  const Key = `${place.temporary}${randomUUID()}`;
  let small: Buffer | undefined;
  let remote = false;
  return {
    async sent() {
      const iterator = bytes[Symbol.asyncIterator]();
      const head: Buffer[] = [];
      let read = 0;
      while (read < 8 * MiB) {
        const { value, done } = await iterator.next();
        if (done === true) {
          small = Buffer.concat(head);
          return;
        }
        head.push(value);
        read += value.length;
      }
      remote = true;
      await send(place, Key, Readable.from(joined(head, iterator)), maxBytes);
    },
    async name(sha256, size) {
      const target = place.keyOf(sha256);
      if (small !== undefined) await client.send(new PutObjectCommand({ Bucket, Key: target, Body: small }));
      else await copy(place, Key, target, size);
      await expectBytes(place, target, size);
    },
    async discard() {
      if (!remote) return;
      // Left to the sweep when S3 cannot be reached: the reason for that is being reported already.
      await client.send(new DeleteObjectCommand({ Bucket, Key })).catch(() => {});
    },
  };
}

/** For content whose name is known. */
export async function uploadWhole(place: S3Place, key: string, body: Readable, bytes: number): Promise<void> {
  await send(place, key, body, bytes);
  await expectBytes(place, key, bytes);
}

/** Removes unfinished transfers of both kinds: temporary objects, and multipart uploads, which no listing shows. */
export async function sweepUploads(place: S3Place, base: string, olderThanSeconds: number): Promise<number> {
  const { client, bucket: Bucket } = place;
  const isOld = (at: Date | undefined) => at !== undefined && Date.now() - at.getTime() >= olderThanSeconds * 1000;
  let removed = 0;
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: place.temporary })) {
    for (const { Key, LastModified } of page.Contents ?? []) {
      if (!isOld(LastModified)) continue;
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
      removed += 1;
    }
  }
  for await (const { Key, UploadId, Initiated } of unfinishedUploads(place, base)) {
    if (!isOld(Initiated)) continue;
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    removed += 1;
  }
  return removed;
}

async function* joined(head: Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function send(place: S3Place, Key: string, Body: Readable, bytes: number): Promise<void> {
  const upload = new Upload({
    client: place.client,
    params: { Bucket: place.bucket, Key, Body },
    partSize: partBytesFor(bytes),
    queueSize: 2,
  });
  await upload.done();
}

async function copy(place: S3Place, from: string, Key: string, bytes: number): Promise<void> {
  const { client, bucket: Bucket, maxCopyBytes } = place;
  const CopySource = `${Bucket}/${from.split('/').map(encodeURIComponent).join('/')}`;
  if (bytes <= maxCopyBytes) {
    await client.send(new CopyObjectCommand({ Bucket, Key, CopySource }));
    return;
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let start = 0; start < bytes; start += maxCopyBytes) {
      const PartNumber = Parts.length + 1;
      const CopySourceRange = `bytes=${start}-${Math.min(start + maxCopyBytes, bytes) - 1}`;
      const part = await client.send(
        new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber, CopySource, CopySourceRange }),
      );
      Parts.push({ PartNumber, ETag: part.CopyPartResult?.ETag });
    }
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    throw error;
  }
}

async function expectBytes({ client, bucket: Bucket }: S3Place, Key: string, bytes: number): Promise<void> {
  const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
  if (head.ContentLength !== bytes) throw new Error(`S3 has ${head.ContentLength} of ${bytes} bytes of ${Key}`);
}

async function* unfinishedUploads({ client, bucket: Bucket }: S3Place, Prefix: string) {
  let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...marker }));
    yield* page.Uploads ?? [];
    if (page.IsTruncated !== true) return;
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
