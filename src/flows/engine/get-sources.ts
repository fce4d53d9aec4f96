import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, link, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../platform/errors/index.ts';
import { limitLine } from '../errors.ts';
import { fetchSource, SourceFailure } from '../fetch-source.ts';
import type { FetchedSource, FlowRun } from '../flow-run.ts';
import { blobOf } from '../pure/addresses.ts';
import type { PlannedSource } from '../pure/flow-spec.ts';
import type { EngineContext as Context } from './engine-context.ts';
import { type DatasetTable, findDatasetTable } from './find-dataset.ts';

/** The bytes of an input, here. */
export interface Got {
  file: string;
  sha256: string;
  bytes: number;
  urls: string[];
}

/** Gets each address once a revision, however many pipelines need it. A failure is kept and given again. */
export class Sources {
  readonly #context: Context;
  readonly #run: FlowRun;
  readonly #fetched = new Map<string, Promise<FetchedSource>>();
  readonly #whole = new Map<string, Promise<Got>>();
  readonly #kept: FetchedSource[] = [];

  constructor(context: Context, run: FlowRun) {
    this.#context = context;
    this.#run = run;
  }

  /** `key` names the input; sources of one input are one file. */
  get(key: string, source: PlannedSource): Promise<Got> {
    const known = this.#whole.get(key);
    if (known !== undefined) return known;
    const got = this.#make(source);
    got.catch(() => undefined);
    this.#whole.set(key, got);
    return got;
  }

  fetch(url: string): Promise<FetchedSource> {
    const known = this.#fetched.get(url);
    if (known !== undefined) return known;
    const fetched = this.#fetch(url);
    fetched.catch(() => undefined);
    this.#fetched.set(url, fetched);
    return fetched;
  }

  /** A table of a dataset of ours, to be got by the address answered; it is a source like others. */
  async dataset(url: string, chosen: (names: string[]) => string[]): Promise<DatasetTable & { address: string }> {
    const found = await findDatasetTable(this.#run, url, chosen);
    const { flowId, resource, sha256, bytes } = found;
    const address = `granary://${flowId}#${resource}`;
    if (!this.#fetched.has(address)) {
      const source = { url: address, sha256, bytes };
      this.#fetched.set(address, Promise.resolve(source));
      await this.#keep(source);
    }
    return { ...found, address };
  }

  async #make({ urls, data }: PlannedSource): Promise<Got> {
    const { blobs } = this.#context;
    if (urls.length === 0) {
      const file = this.#file();
      await writeFile(file, typeof data === 'string' ? data : JSON.stringify(data ?? null));
      const blob = await blobs.put(createReadStream(file), { maxBytes: this.#context.config.flowSourceMaxBytes });
      return { file, sha256: blob.sha256, bytes: blob.bytes, urls };
    }
    const parts = [];
    for (const url of urls) parts.push(await this.fetch(url));
    if (parts.length === 1) {
      const { sha256, bytes } = parts[0]!;
      const file = this.#file();
      await place(await blobs.localFile(sha256, this.#run.folder), file);
      return { file, sha256, bytes, urls };
    }
    const file = this.#file();
    const files: string[] = [];
    for (const part of parts) files.push(await blobs.localFile(part.sha256, this.#run.folder));
    await concatenate(files, file);
    const blob = await blobs.put(createReadStream(file), { maxBytes: Number.POSITIVE_INFINITY });
    return { file, sha256: blob.sha256, bytes: blob.bytes, urls };
  }

  #file(): string {
    return path.join(this.#run.folder, `source-${this.#whole.size + 1}`);
  }

  async #fetch(url: string): Promise<FetchedSource> {
    const { signal, log } = this.#run;
    const isBlob = url.startsWith('blob:');
    const source = isBlob
      ? await this.#blob(url)
      : url.startsWith('connection:')
        ? await this.#run.fetchConnection(url).catch(notRead)
        : await fetchSource(this.#context, url, { signal, log });
    await this.#keep(source);
    return source;
  }

  async #keep(source: FetchedSource): Promise<void> {
    await this.#run.keepSources([...this.#kept, source]).catch(overStorage);
    this.#kept.push(source);
  }

  /** Only those whose right was checked when the spec came: an address that turns up in the run is none of them. */
  async #blob(url: string): Promise<FetchedSource> {
    const sha256 = blobOf(url);
    const stored =
      sha256 === undefined || !this.#run.blobs.has(sha256) ? undefined : await this.#context.blobs.stat(sha256);
    if (sha256 === undefined || stored === undefined)
      throw new SourceFailure({ code: 'source-error', message: `${url} is not there, or not for this flow to read.` });
    return { url, sha256, bytes: stored.bytes };
  }
}

/** One more than the owner may store is a source that cannot be had. */
function overStorage(error: unknown): never {
  if (error instanceof AppError && error.code === 'flow_storage_limit')
    throw new SourceFailure({ code: 'source-error', message: limitLine(error) }, error);
  throw error;
}

/** What another system, or a right that is gone, keeps from being read. */
function notRead(error: unknown): never {
  if (!(error instanceof AppError) || error.code === 'storage_full') throw error;
  throw new SourceFailure({ code: 'source-error', message: error.message }, error);
}

/** Into the folder of the run, beyond which its engine reads nothing: linked where that goes, else copied. */
export async function place(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}

/** A later part's first line is left out if it equals the first part's. */
async function concatenate(files: string[], target: string): Promise<void> {
  const first = await firstLine(files[0]!);
  for (const [i, file] of files.entries()) {
    const line = i === 0 ? '' : await firstLine(file);
    const start = i > 0 && line === first ? Buffer.byteLength(line) : 0;
    await pipeline(createReadStream(file, { start }), createWriteStream(target, { flags: i === 0 ? 'w' : 'a' }), {
      end: true,
    });
    if (i < files.length - 1) await endLine(target);
  }
}

/** With its line end. */
async function firstLine(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 16), 0, 1 << 16, 0);
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    const end = text.indexOf('\n');
    return end === -1 ? text : text.slice(0, end + 1);
  } finally {
    await handle.close();
  }
}

async function endLine(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    if (size > 0 && buffer[0] !== 10) await handle.write('\n', size);
  } finally {
    await handle.close();
  }
}
