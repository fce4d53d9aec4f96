import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeUpload, everything, findUpload, previewFor, type Upload, waitSeconds } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { originOf } from '../platform/http/index.ts';
import { type Run, waitForRun } from '../runs/index.ts';
import { dataNotWritten } from './errors.ts';

/**
 * Waits for the runs of what was just received, as long as the sender likes, and answers: 201 with one receipt, or an
 * array of them for several files; 200 for a dry run. A run that ended in error within the wait is the answer's error.
 */
export async function answerUpload(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  uploadIds: string[],
): Promise<unknown> {
  const origin = originOf(context, request);
  const until = Date.now() + waitSeconds(request.headers.prefer) * 1000;
  const results: { upload: Upload; run: Run }[] = [];
  for (const id of uploadIds) results.push(await resultOf(context, id, Math.max(0, until - Date.now()) / 1000));
  const [first] = results;
  if (first === undefined) throw new Error('an upload was received without a file');
  reply.header('granary-run', `${origin}/api/v1/run/${first.run.id}`);
  const failed = results.find(({ run }) => run.state === 'failed' || run.state === 'cancelled');
  if (failed !== undefined) throw errorOf(failed, origin);
  reply
    .code(first.upload.options.dry_run === true ? 200 : 201)
    .header('location', `${origin}/api/v1/upload/${first.upload.id}`);
  if (results.length === 1) {
    const digest = Buffer.from(first.upload.blobSha256, 'hex').toString('base64');
    // The file's, not this answer's: the contract's way to tell a sender what was stored (data-api.md §8.1).
    reply.header('repr-digest', `sha-256=:${digest}:`);
  }
  const receipts = [];
  for (const { upload, run } of results) {
    const preview = upload.options.dry_run === true ? await previewFor(context, request.access, upload) : undefined;
    receipts.push({ ...describeUpload(upload, run, origin), ...(preview === undefined ? {} : { preview }) });
  }
  return results.length === 1 ? receipts[0] : receipts;
}

async function resultOf(context: Context, uploadId: string, seconds: number): Promise<{ upload: Upload; run: Run }> {
  const before = await findUpload(context.db, uploadId, everything);
  if (before?.runId == null) throw new Error(`upload ${uploadId} has no run`);
  const run = await waitForRun(context, before.runId, seconds);
  const upload = await findUpload(context.db, uploadId, everything);
  return { upload: upload ?? before, run };
}

function errorOf({ upload, run }: { upload: Upload; run: Run }, origin: string): AppError {
  const receipt = { upload: describeUpload(upload, run, origin), run: `${origin}/api/v1/run/${run.id}` };
  if (run.error === null) return dataNotWritten('the run was cancelled', [], receipt);
  const { status, code, message, errors } = run.error;
  if (code === 'data_not_written' || kept.has(status)) {
    return new AppError(status, code, message, { errors: (errors ?? []) as never, extra: receipt });
  }
  return dataNotWritten(message, (errors ?? []) as never, receipt);
}

/** What a client reacts to by itself keeps its status: wait, shrink, look again. */
const kept = new Set([409, 412, 413, 503, 507]);
