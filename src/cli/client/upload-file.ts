import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { Presets, SingleBar } from 'cli-progress';
import { CommandError, exitCodes } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Connection } from './connect.ts';
import { followRun } from './follow-run.ts';

export interface UploadFlags {
  project: string;
  dataset?: string;
  mode?: string;
  key?: string;
  onError?: string;
  maxErrors?: string;
  onDuplicate?: string;
  recipe?: string;
  schema?: string;
  delimiter?: string;
  encoding?: string;
  sheet?: string;
  note?: string;
  dryRun?: boolean;
  wait?: boolean;
}

/** What the server answers to an upload (contract data-api §2.3). */
export interface UploadAnswer {
  id: string;
  dataset: { id: string; name: string; created: boolean };
  revision: number | null;
  rows: Record<string, number> | null;
  issues: { errors: number; warnings: number; url: string } | null;
  duplicate_of: string | null;
  run: { id: string; state: string; url: string };
}

/** Sends one file with a bar for the bytes and one for the work, and returns what became of it. */
export async function uploadFile(
  connection: Connection,
  io: Io,
  file: string,
  flags: UploadFlags,
): Promise<UploadAnswer> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new CommandError(`no such file: ${file}`, exitCodes.notFound);
  if (!found.isFile()) throw new CommandError(`not a file: ${file}`, exitCodes.usage);
  const bar = io.progress
    ? new SingleBar(
        { hideCursor: true, format: ` {bar} {percentage} % of ${megabytes(found.size)} sent` },
        Presets.shades_classic,
      )
    : undefined;
  bar?.start(Math.max(found.size, 1), 0);
  let sent = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      bar?.update(sent);
      done(null, chunk);
    },
  });
  const answer = await connection
    .json<UploadAnswer>('POST', '/api/v1/upload', {
      query: queryOf(file, flags),
      headers: { 'content-type': 'application/octet-stream', prefer: 'respond-async' },
      body: createReadStream(file).pipe(counter),
    })
    .finally(() => bar?.stop());
  if (flags.wait === false) return answer;
  const run = await followRun(connection, io, answer.run.id, { log: false });
  if (run.state === 'succeeded') return connection.json<UploadAnswer>('GET', `/api/v1/upload/${answer.id}`);
  const reason = run.error?.message ?? `the run ${run.state}`;
  throw new CommandError(
    `${reason}\nSee the issues with: granary issues ${answer.id}`,
    run.state === 'cancelled' ? exitCodes.cancelled : exitCodes.failure,
  );
}

function queryOf(file: string, flags: UploadFlags): Record<string, string | boolean | undefined> {
  return {
    project_id: flags.project,
    dataset: flags.dataset,
    filename: path.basename(file),
    mode: flags.mode,
    key: flags.key,
    on_error: flags.onError,
    max_errors: flags.maxErrors,
    on_duplicate: flags.onDuplicate,
    recipe: flags.recipe,
    schema: flags.schema,
    delimiter: flags.delimiter,
    encoding: flags.encoding,
    sheet: flags.sheet,
    note: flags.note,
    dry_run: flags.dryRun,
  };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
