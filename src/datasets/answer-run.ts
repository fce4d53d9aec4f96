import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { originOf } from '../platform/http/index.ts';
import { hasEnded, waitForRun } from '../runs/index.ts';
import { waitSeconds } from './pure/wait-seconds.ts';

/** 201 with what the run did, 202 while it still works, or its error. */
export async function answerRun(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  runId: string,
): Promise<unknown> {
  const run = await waitForRun(context, runId, waitSeconds(request.headers.prefer));
  const url = `${originOf(context, request)}/api/v1/run/${runId}`;
  reply.header('granary-run', url);
  if (run.error !== null) {
    const { status, code, message, errors } = run.error;
    throw new AppError(status, code, message, { errors: (errors ?? []) as never, extra: { run: url } });
  }
  reply.code(hasEnded(run.state) ? 201 : 202);
  if (!hasEnded(run.state)) reply.header('location', url);
  const summary = (run.summary ?? {}) as Record<string, unknown>;
  return { ...summary, run: { id: runId, state: run.state, url } };
}
