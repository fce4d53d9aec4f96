import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Blobs, openBlobs } from '../../src/platform/blobs/index.ts';
import { openS3Blobs } from '../../src/platform/blobs/s3-blobs.ts';
import { type S3Double, startS3 } from '../support/s3-double.ts';

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
const unlimited = { maxBytes: Number.POSITIVE_INFINITY };
const MiB = 1024 * 1024;

/** In pieces, as a network gives them. */
const streamOf = (content: Buffer, pieceBytes = 64 * 1024) =>
  Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
    })(),
  );

interface Subject {
  blobs: Blobs;
  /** How many unfinished transfers the store holds. */
  leftovers(): Promise<number>;
  close(): Promise<void>;
}

async function localSubject(folder: string): Promise<Subject> {
  const blobs = await openBlobs({ url: `file:${path.join(folder, 'blobs')}` });
  const leftovers = async () => (await readdir(path.join(folder, 'blobs/tmp')).catch(() => [])).length;
  return { blobs, leftovers, close: async () => {} };
}

async function s3Subject(folder: string): Promise<Subject> {
  const s3 = await startS3(folder);
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = s3.credentials;
  const blobs = await openBlobs({
    url: `s3://${s3.bucket}/some/prefix`,
    s3: { endpoint: s3.endpoint, accessKey, secretKey },
  });
  return {
    blobs,
    leftovers: async () => (await s3.unfinished()).length + (await temporaryObjects(folder)),
    close: s3.close,
  };
}

async function temporaryObjects(folder: string): Promise<number> {
  const names = await readdir(path.join(folder, 'granary/some/prefix/tmp')).catch(() => []);
  return names.filter((name) => name.endsWith('_object')).length;
}

describe.each([
  { kind: 'a local folder', open: localSubject },
  { kind: 'S3', open: s3Subject },
])('blobs in $kind', ({ open }) => {
  let folder: string;
  let blobs: Blobs;
  let subject: Subject;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'granary-blobs-'));
    const store = path.join(folder, 'one/two/three/four/five/store');
    await mkdir(store, { recursive: true });
    subject = await open(store);
    blobs = subject.blobs;
  });

  afterAll(async () => {
    await subject.close();
    await rm(folder, { recursive: true, force: true });
  });

  const listed = async () => {
    const names: string[] = [];
    for await (const blob of blobs.list()) names.push(blob.sha256);
    return names.sort();
  };

  test.each([
    { what: 'nothing at all', content: Buffer.alloc(0) },
    { what: 'a line', content: Buffer.from('year,place\n2024,Loja\n') },
    { what: 'exactly one part', content: randomBytes(8 * MiB) },
    { what: 'several parts', content: randomBytes(21 * MiB + 7) },
  ])('gives back $what as it came, under its hash', async ({ content }) => {
    const name = sha256(content);
    const seen: number[] = [];
    const stored = await blobs.put(streamOf(content), { ...unlimited, onProgress: (bytes) => seen.push(bytes) });
    expect(stored).toEqual({ sha256: name, bytes: content.length, existed: false, digests: {} });
    expect(seen.at(-1) ?? 0).toBe(content.length);
    expect(await blobs.stat(name)).toEqual({ bytes: content.length });
    expect((await buffer(await blobs.open(name))).equals(content)).toBe(true);
    expect(await subject.leftovers()).toBe(0);
  });

  test('the same content twice is one blob, and said so', async () => {
    const content = randomBytes(9 * MiB);
    expect(await blobs.put(streamOf(content), unlimited)).toMatchObject({ existed: false });
    expect(await blobs.put(streamOf(content), unlimited)).toMatchObject({ existed: true });
    expect((await listed()).filter((name) => name === sha256(content))).toHaveLength(1);
  });

  test('identical uploads at once all succeed and leave one whole blob', async () => {
    for (const content of [randomBytes(1000), randomBytes(9 * MiB)]) {
      const stored = await Promise.all(Array.from({ length: 5 }, () => blobs.put(streamOf(content), unlimited)));
      expect(new Set(stored.map((one) => one.sha256))).toEqual(new Set([sha256(content)]));
      expect((await buffer(await blobs.open(sha256(content)))).equals(content)).toBe(true);
      expect(await subject.leftovers()).toBe(0);
    }
  });

  test('further digests are those of the content', async () => {
    const content = randomBytes(5000);
    const { digests } = await blobs.put(streamOf(content), { ...unlimited, digests: ['md5', 'sha512'] });
    expect(digests).toEqual({
      md5: createHash('md5').update(content).digest('hex'),
      sha512: createHash('sha512').update(content).digest('hex'),
    });
  });

  test('a file of exactly the limit is taken, one byte more is refused and leaves nothing', async () => {
    for (const size of [3000, 9 * MiB]) {
      await blobs.put(streamOf(randomBytes(size)), { maxBytes: size });
      const before = await listed();
      await expect(blobs.put(streamOf(randomBytes(size + 1)), { maxBytes: size })).rejects.toMatchObject({
        code: 'upload_too_large',
        status: 413,
        message: expect.stringContaining(`${size}`),
        extra: { limit: size },
      });
      expect(await listed()).toEqual(before);
      expect(await subject.leftovers()).toBe(0);
    }
  });

  test('a refused source is not destroyed, so that its connection can carry the refusal', async () => {
    const source = new PassThrough();
    source.write(Buffer.alloc(100));
    await expect(blobs.put(source, { maxBytes: 99 })).rejects.toMatchObject({ code: 'upload_too_large' });
    expect(source.destroyed).toBe(false);
  });

  test.each([100, 20 * MiB])('a source that breaks off after %d bytes leaves nothing', async (bytes) => {
    const before = await listed();
    const broken = () =>
      Readable.from(
        (async function* () {
          for (let at = 0; at < bytes; at += MiB) yield randomBytes(Math.min(MiB, bytes - at));
          throw new Error('connection reset');
        })(),
      );
    await expect(blobs.put(broken(), unlimited)).rejects.toThrow('connection reset');
    expect(await listed()).toEqual(before);
    expect(await subject.leftovers()).toBe(0);
  });

  test('a source destroyed without a word is not taken for a complete one', async () => {
    const before = await listed();
    const source = new PassThrough();
    source.write('half a');
    source.once('resume', () => {});
    const putting = blobs.put(source, { ...unlimited, onProgress: () => source.destroy() });
    await expect(putting).rejects.toThrow();
    expect(await listed()).toEqual(before);
    expect(await subject.leftovers()).toBe(0);
  });

  test.each([10, 10 * MiB])('an abort after %d bytes ends the transfer and leaves nothing', async (bytes) => {
    const before = await listed();
    const abort = new AbortController();
    const source = new PassThrough({ highWaterMark: 64 * MiB });
    source.write(randomBytes(bytes));
    const putting = blobs.put(source, { ...unlimited, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(putting).rejects.toMatchObject({ name: 'AbortError' });
    expect(source.destroyed).toBe(true);
    expect(await listed()).toEqual(before);
    expect(await subject.leftovers()).toBe(0);
    const late = blobs.put(streamOf(randomBytes(10)), { ...unlimited, signal: abort.signal });
    await expect(late).rejects.toMatchObject({ name: 'AbortError' });
  });

  describe('reading a range', () => {
    const content = Buffer.from('0123456789');
    const name = sha256(content);
    beforeAll(() => blobs.put(streamOf(content), unlimited));

    test.each([
      [0, 0, '0'],
      [0, 9, '0123456789'],
      [3, 5, '345'],
      [9, 9, '9'],
      [8, 100, '89'],
      [0, Number.MAX_SAFE_INTEGER, '0123456789'],
    ])('%d to %d is %s', async (start, end, expected) => {
      expect((await buffer(await blobs.open(name, { start, end }))).toString()).toBe(expected);
    });

    test.each([
      [10, 10],
      [5, 4],
      [-1, 3],
      [Number.NaN, 3],
    ])('%d to %d is refused', async (start, end) => {
      await expect(blobs.open(name, { start, end })).rejects.toMatchObject({
        code: 'range_not_satisfiable',
        status: 416,
        headers: { 'content-range': 'bytes */10' },
      });
    });

    test('no range of an empty blob exists', async () => {
      const { sha256: empty } = await blobs.put(streamOf(Buffer.alloc(0)), unlimited);
      await expect(blobs.open(empty, { start: 0, end: 0 })).rejects.toMatchObject({ code: 'range_not_satisfiable' });
    });
  });

  test('a blob that is not there is missing', async () => {
    const name = sha256('never stored');
    expect(await blobs.stat(name)).toBeUndefined();
    await expect(blobs.open(name)).rejects.toMatchObject({ code: 'blob_missing', status: 404 });
    await expect(blobs.open(name, { start: 0, end: 1 })).rejects.toMatchObject({ code: 'blob_missing' });
    await expect(blobs.localFile(name, folder)).rejects.toMatchObject({ code: 'blob_missing' });
    await blobs.delete(name);
  });

  // The names climb at most four folders, and the store lies deeper than that in the test's own folder: a store that
  // followed them would hit the victims planted there, and nothing of the machine.
  test.each([
    '../victim',
    '../../victim',
    '../../../victim',
    '..',
    '',
    'A'.repeat(64),
    `${'a'.repeat(64)}\n`,
    `${'a'.repeat(62)}/.`,
    'a'.repeat(63),
    'a'.repeat(65),
  ])('%j names no blob, whatever lies there', async (name) => {
    const victims = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.join(entry.parentPath, entry.name, 'victim'));
    for (const victim of victims) await writeFile(victim, 'kept');
    expect(await blobs.stat(name)).toBeUndefined();
    await expect(blobs.open(name)).rejects.toMatchObject({ code: 'blob_missing' });
    await expect(blobs.localFile(name, folder)).rejects.toMatchObject({ code: 'blob_missing' });
    await blobs.delete(name);
    for (const victim of victims) expect(await readFile(victim, 'utf8')).toBe('kept');
    for (const victim of victims) await rm(victim);
  });

  test('a finished file is taken over and gone from where it was', async () => {
    for (const content of [randomBytes(4000), randomBytes(17 * MiB)]) {
      const file = path.join(folder, 'finished');
      await writeFile(file, content);
      const expected = { sha256: sha256(content), bytes: content.length, digests: {} };
      expect(await blobs.putFile(file)).toEqual({ ...expected, existed: false });
      await expect(stat(file)).rejects.toThrow('ENOENT');
      expect((await buffer(await blobs.open(expected.sha256))).equals(content)).toBe(true);
      await writeFile(file, content);
      expect(await blobs.putFile(file)).toEqual({ ...expected, existed: true });
    }
  });

  test('a blob is to be had as a file', async () => {
    const content = randomBytes(9 * MiB);
    const stored = await blobs.put(streamOf(content), unlimited);
    const file = await blobs.localFile(stored.sha256, path.join(folder, 'work'));
    expect((await readFile(file)).equals(content)).toBe(true);
  });

  test('what is deleted is gone, and can come back', async () => {
    const content = randomBytes(100);
    const { sha256: name } = await blobs.put(streamOf(content), unlimited);
    await blobs.delete(name);
    expect(await blobs.stat(name)).toBeUndefined();
    expect(await blobs.put(streamOf(content), unlimited)).toMatchObject({ existed: false });
  });

  test('everything stored is listed with size and age, nothing else is', async () => {
    const began = Date.now();
    const content = randomBytes(1234);
    const { sha256: name } = await blobs.put(streamOf(content), unlimited);
    const found: { sha256: string; bytes: number; modifiedAt: Date }[] = [];
    for await (const blob of blobs.list()) found.push(blob);
    const mine = found.find((blob) => blob.sha256 === name);
    expect(mine?.bytes).toBe(1234);
    expect(Math.abs((mine?.modifiedAt.getTime() ?? 0) - began)).toBeLessThan(60_000);
    expect(found.every((blob) => /^[0-9a-f]{64}$/.test(blob.sha256))).toBe(true);
  });

  test('the sweep removes the leftovers of a dead process, not a transfer that goes on', async () => {
    const source = new PassThrough({ highWaterMark: 64 * MiB });
    const content = randomBytes(18 * MiB);
    source.write(content);
    const putting = blobs.put(source, unlimited);
    await expect.poll(() => subject.leftovers(), { timeout: 20_000 }).toBe(1);
    expect(await blobs.sweepTemporary(3600)).toBe(0);
    source.end();
    expect(await putting).toMatchObject({ sha256: sha256(content) });

    const dead = new PassThrough({ highWaterMark: 64 * MiB });
    dead.write(randomBytes(18 * MiB));
    const never = blobs.put(dead, unlimited).catch(() => {});
    await expect.poll(() => subject.leftovers(), { timeout: 20_000 }).toBe(1);
    expect(await blobs.sweepTemporary(0)).toBe(1);
    expect(await subject.leftovers()).toBe(0);
    dead.destroy(new Error('ended'));
    await never;
  });
});

describe('blobs in a local folder', () => {
  test.skipIf(process.getuid?.() !== 0)(
    'a full disk is storage_full and leaves nothing (needs root to mount)',
    async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-full-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
      try {
        const blobs = await openBlobs({ url: `file:${folder}` });
        await expect(blobs.put(streamOf(randomBytes(2 * MiB)), unlimited)).rejects.toMatchObject({
          code: 'storage_full',
          status: 507,
        });
        expect(await readdir(path.join(folder, 'tmp'))).toEqual([]);
        const outside = path.join(os.tmpdir(), `granary-outside-${process.pid}`);
        await writeFile(outside, randomBytes(2 * MiB));
        await expect(blobs.putFile(outside)).rejects.toMatchObject({ code: 'storage_full' });
        expect((await stat(outside)).size).toBe(2 * MiB);
        // From another file system it is copied, and taken away only then.
        await writeFile(outside, 'small');
        expect(await blobs.putFile(outside)).toMatchObject({ sha256: sha256('small') });
        await expect(stat(outside)).rejects.toThrow('ENOENT');
      } finally {
        execFileSync('umount', [folder]);
        await rm(folder, { recursive: true });
      }
    },
  );

  test('a blob damaged on disk is healed by the next upload of its content', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-heal-'));
    const blobs = await openBlobs({ url: `file:${folder}` });
    const { sha256: name } = await blobs.put(streamOf(Buffer.from('whole')), unlimited);
    const file = await blobs.localFile(name, folder);
    await writeFile(file, 'who');
    await utimes(file, 0, 0);
    await blobs.put(streamOf(Buffer.from('whole')), unlimited);
    expect(await readFile(file, 'utf8')).toBe('whole');
    // And is young again, so that a sweep of unreferenced blobs which saw it before leaves it.
    expect((await stat(file)).mtimeMs).toBeGreaterThan(0);
    await rm(folder, { recursive: true });
  });
});

describe('blobs in S3', () => {
  let folder: string;
  let s3: S3Double;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'granary-s3-'));
    s3 = await startS3(folder);
  });
  afterAll(async () => {
    await s3.close();
    await rm(folder, { recursive: true });
  });

  test('what exceeds one copy request is copied in parts', async () => {
    const blobs = openS3Blobs({ ...s3, prefix: '', maxCopyBytes: 5 * MiB });
    const content = randomBytes(12 * MiB + 3);
    const { sha256: name } = await blobs.put(streamOf(content), unlimited);
    expect((await buffer(await blobs.open(name))).equals(content)).toBe(true);
    expect(await s3.unfinished()).toEqual([]);
  });

  test('a downloaded copy with other content than its name is refused', async () => {
    const blobs = openS3Blobs({ ...s3, prefix: 'damaged' });
    const { sha256: name } = await blobs.put(streamOf(Buffer.from('whole')), unlimited);
    await writeFile(path.join(folder, s3.bucket, 'damaged/blob', `${name}._S3rver_object`), 'whale');
    const work = path.join(folder, 'work');
    await expect(blobs.localFile(name, work)).rejects.toThrow('has other content');
    expect(await readdir(work)).toEqual([]);
  });

  test('a missing bucket is a failure, not a missing blob', async () => {
    const blobs = openS3Blobs({ ...s3, bucket: 'elsewhere', prefix: '' });
    await expect(blobs.open(sha256('x'))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('a full store is storage_full', async () => {
    const blobs = openS3Blobs({ ...s3, prefix: 'full' });
    s3.failOn(/^PUT /, 507, 'XMinioStorageFull');
    await expect(blobs.put(streamOf(Buffer.from('x')), unlimited)).rejects.toMatchObject({ code: 'storage_full' });
  });
});

test('an address that is neither a folder nor a bucket is refused', async () => {
  await expect(openBlobs({ url: 'ftp://host/x' })).rejects.toThrow('neither');
  await expect(openBlobs({ url: 'file:' })).rejects.toThrow('neither');
});
