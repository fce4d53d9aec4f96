import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import S3rver from 's3rver';

export interface S3Double {
  endpoint: string;
  bucket: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Ids of multipart uploads that were neither completed nor aborted. */
  unfinished(): Promise<string[]>;
  /** The next requests whose method and URL match are answered with this status and S3 error. */
  failOn(match: RegExp, status: number, code: string): void;
  close(): Promise<void>;
}

/**
 * s3rver, and in front of it, working on its folder, what it lacks: list and abort multipart uploads, copy into a
 * part; and ranges, which it gets wrong when they end at byte 0 or the object is empty.
 */
export async function startS3(directory: string): Promise<S3Double> {
  const bucket = 'granary';
  const s3 = new S3rver({ directory, silent: true, configureBuckets: [{ name: bucket, configs: [] }] });
  await s3.configureBuckets();
  const rest = s3.callback();
  const uploads = path.join(directory, bucket, '._S3rver_uploads');
  const unfinished = () => readdir(uploads).catch(() => []);
  let failure: { match: RegExp; status: number; code: string } | undefined;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { searchParams, pathname } = new URL(request.url ?? '/', 'http://s3');
    const uploadId = searchParams.get('uploadId');
    const refuse = (status: number, code: string) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>as told</Message></Error>`);
    };
    if (failure?.match.test(`${request.method} ${request.url}`)) {
      refuse(failure.status, failure.code);
    } else if (request.method === 'GET' && request.headers.range !== undefined) {
      const content = await readFile(objectFile(directory, pathname)).catch(() => undefined);
      if (content === undefined) rest(request, response);
      else if (!answerRange(content, request.headers.range, response)) refuse(416, 'InvalidRange');
    } else if (request.method === 'GET' && searchParams.has('uploads')) {
      response.setHeader('content-type', 'application/xml');
      response.end(await listing(uploads, await unfinished()));
    } else if (request.method === 'DELETE' && uploadId !== null) {
      await rm(path.join(uploads, uploadId), { recursive: true });
      response.writeHead(204).end();
    } else if (request.method === 'PUT' && uploadId !== null && request.headers['x-amz-copy-source'] !== undefined) {
      const part = path.join(uploads, uploadId, searchParams.get('partNumber') as string);
      const etag = await copyPart(directory, request, part);
      response.setHeader('content-type', 'application/xml');
      response.end(`<CopyPartResult><ETag>"${etag}"</ETag></CopyPartResult>`);
    } else {
      rest(request, response);
    }
  };
  // S3 shows an object whole or not at all; s3rver writes in place. So requests of one key go one after another.
  const turns = new Map<string, Promise<unknown>>();
  const server = createServer((request, response) => {
    const key = request.url?.split('?')[0] ?? '';
    const done = once(response, 'close');
    const turn = turns.get(key) ?? Promise.resolve();
    turns.set(
      key,
      turn.then(() => done),
    );
    turn.then(() => answer(request, response)).catch((error: Error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    unfinished,
    failOn: (match, status, code) => {
      failure = { match, status, code };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listing(uploads: string, ids: string[]): Promise<string> {
  const entries = await Promise.all(
    ids.map(async (id) => {
      const key = await readFile(path.join(uploads, id, 'key'), 'utf8');
      const initiated = (await stat(path.join(uploads, id, 'key'))).mtime.toISOString();
      return `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`;
    }),
  );
  return `<ListMultipartUploadsResult>${entries.join('')}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`;
}

async function copyPart(directory: string, request: IncomingMessage, part: string): Promise<string> {
  const source = decodeURIComponent(`${request.headers['x-amz-copy-source']}`);
  const [start, end] = `${request.headers['x-amz-copy-source-range']}`.replace('bytes=', '').split('-').map(Number);
  const handle = await open(objectFile(directory, source));
  const content = Buffer.alloc((end as number) - (start as number) + 1);
  await handle.read(content, 0, content.length, start as number).finally(() => handle.close());
  const md5 = createHash('md5').update(content).digest('hex');
  await writeFile(part, content);
  await writeFile(`${part}.md5`, md5);
  return md5;
}

const objectFile = (directory: string, key: string) => `${path.join(directory, key)}._S3rver_object`;

function answerRange(content: Buffer, range: string, response: ServerResponse): boolean {
  const [start, end] = range.replace('bytes=', '').split('-').map(Number) as [number, number];
  if (start >= content.length) return false;
  const part = content.subarray(start, end + 1);
  response.writeHead(206, {
    'content-length': part.length,
    'content-range': `bytes ${start}-${start + part.length - 1}/${content.length}`,
  });
  response.end(part);
  return true;
}
