import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import yauzl from 'yauzl';
import { archiveRefused, limitReached, unreadableFile } from './errors.ts';
import type { RecipeLimits } from './limits.ts';

export interface UnpackedFile {
  file: string;
  /** Name that decides the format: the archive's member, or the name without `.gz` or `.zst`. Never used as a path. */
  name: string;
  compression: 'none' | 'gzip' | 'zip' | 'zstd';
}

const ratioFreeBytes = 10_000_000;
const tabularNames = /\.(csv|tsv|txt|json|ndjson|jsonl|geojson|xlsx|xls|ods|parquet)$/i;

/** Unpacks gzip, zstd, or the one (or named) member of a zip; other files are returned as they are. */
export async function unpackFile(
  file: string,
  name: string,
  options: { workFolder: string; member?: string | undefined; limits: RecipeLimits; signal?: AbortSignal | undefined },
): Promise<UnpackedFile> {
  const start = await firstBytes(file, 4);
  const target = path.join(options.workFolder, 'unpacked');
  if (start.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) {
    await write(createReadStream(file), zlib.createGunzip(), target, options, 'gzip');
    return refuseNested({ file: target, name: name.replace(/\.gz$/i, ''), compression: 'gzip' });
  }
  if (start.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) {
    await write(createReadStream(file), zlib.createZstdDecompress(), target, options, 'zstd');
    return refuseNested({ file: target, name: name.replace(/\.zst(d)?$/i, ''), compression: 'zstd' });
  }
  if (isZip(start) && !/\.(xlsx|ods|xlsm)$/i.test(name)) {
    const zip = await openZip(file);
    try {
      const members = await membersOf(zip, options.limits);
      // An office file under another name is a document, not an archive to choose from.
      if (members.some((member) => member.fileName === '[Content_Types].xml' || member.fileName === 'mimetype')) {
        return { file, name, compression: 'none' };
      }
      const member = chooseMember(members, options.member);
      await write(await openMember(zip, member), undefined, target, options, 'zip');
      return await refuseNested({ file: target, name: path.posix.basename(member.fileName), compression: 'zip' });
    } finally {
      zip.close();
    }
  }
  return { file, name, compression: 'none' };
}

function isZip(start: Buffer): boolean {
  return start.equals(Buffer.from('PK\x03\x04', 'latin1')) || start.equals(Buffer.from('PK\x05\x06', 'latin1'));
}

async function firstBytes(file: string, bytes: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(buffer, 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function refuseNested(unpacked: UnpackedFile): Promise<UnpackedFile> {
  const start = await firstBytes(unpacked.file, 4);
  const packed =
    start.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])) || start.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
  const zip = isZip(start) && !/\.(xlsx|ods|xlsm)$/i.test(unpacked.name);
  if (packed || zip) throw archiveRefused('it contains another archive');
  return unpacked;
}

/** Counts while it writes: a bomb is stopped at the limit, not discovered on a full disk. */
async function write(
  source: Readable,
  inflate: Transform | undefined,
  target: string,
  { limits, signal }: { limits: RecipeLimits; signal?: AbortSignal | undefined },
  format: string,
): Promise<void> {
  let packed = 0;
  let unpacked = 0;
  const countPacked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      packed += chunk.length;
      done(null, chunk);
    },
  });
  const countUnpacked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unpacked += chunk.length;
      if (unpacked > limits.unpackedBytes) return done(limitReached('unpacked file', limits.unpackedBytes, 'bytes'));
      if (inflate && unpacked > ratioFreeBytes && unpacked > packed * limits.unpackRatio) {
        return done(limitReached('unpack ratio', limits.unpackRatio, ': 1'));
      }
      done(null, chunk);
    },
  });
  const stages = inflate ? [source, countPacked, inflate, countUnpacked] : [source, countUnpacked];
  try {
    await pipeline([...stages, createWriteStream(target)], signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code.startsWith('Z_') || code.startsWith('ERR_ZSTD') || code.startsWith('ZSTD_') || code === 'ERR__ZERROR')
      throw unreadableFile(format, error);
    if (!(error instanceof Error && 'status' in error) && format === 'zip' && !code.startsWith('E'))
      throw unreadableFile(format, error);
    throw error;
  }
}

function openZip(file: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(
      file,
      { lazyEntries: true, autoClose: false, decodeStrings: true, strictFileNames: false },
      (error, zip) => {
        if (error) reject(unreadableFile('zip', error));
        else resolve(zip);
      },
    );
  });
}

function membersOf(zip: yauzl.ZipFile, limits: RecipeLimits): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    if (zip.entryCount > limits.archiveMembers) {
      reject(limitReached('number of archive members', limits.archiveMembers, 'members'));
      return;
    }
    const members: yauzl.Entry[] = [];
    zip.on('entry', (entry: yauzl.Entry) => {
      const hidden = /(^|\/)(__MACOSX\/|\.)/.test(entry.fileName);
      if (
        !entry.fileName.endsWith('/') &&
        !(hidden && !tabularNames.test(entry.fileName)) &&
        !entry.fileName.startsWith('__MACOSX/')
      ) {
        members.push(entry);
      }
      zip.readEntry();
    });
    zip.on('end', () => resolve(members));
    zip.on('error', (error) => reject(unreadableFile('zip', error)));
    zip.readEntry();
  });
}

function chooseMember(members: yauzl.Entry[], wanted: string | undefined): yauzl.Entry {
  const names = members.map((member) => member.fileName);
  if (wanted !== undefined) {
    const found = members.find((member) => member.fileName === wanted);
    if (!found)
      throw archiveRefused(`it has no member '${wanted}', but ${names.slice(0, 10).join(', ') || 'none at all'}`);
    return usable(found);
  }
  if (members.length === 1) return usable(members[0]!);
  const tables = members.filter((member) => tabularNames.test(member.fileName));
  if (tables.length === 1) return usable(tables[0]!);
  throw archiveRefused(
    members.length === 0
      ? 'it is empty'
      : `it has ${members.length} members (${names.slice(0, 10).join(', ')}): name one with the reading option member`,
  );
}

function usable(member: yauzl.Entry): yauzl.Entry {
  if (member.isEncrypted()) throw archiveRefused('it is encrypted');
  return member;
}

/** The declared sizes are not trusted for limits; yauzl itself breaks off when more comes out than declared. */
function openMember(zip: yauzl.ZipFile, member: yauzl.Entry): Promise<Readable> {
  const ratio = member.uncompressedSize / Math.max(member.compressedSize, 1);
  if (member.uncompressedSize > ratioFreeBytes && ratio > 200) {
    return Promise.reject(limitReached('unpack ratio', 200, ': 1'));
  }
  return new Promise((resolve, reject) => {
    zip.openReadStream(member, (error, stream) => {
      if (error) reject(unreadableFile('zip', error));
      else resolve(stream);
    });
  });
}
