import type { FastifyRequest } from 'fastify';
import type { Context } from '../platform/context.ts';
import { equalSecrets } from '../platform/crypto/index.ts';
import { flowCallerOf } from './auth/flow-caller.ts';
import { authServerOf } from './auth/trusted-key.ts';
import { unknownReport } from './pure/apply-report.ts';
import type { Report, UpdateReply } from './pure/flow-spec.ts';
import { isObject } from './pure/json.ts';
import { reportPipeline } from './report-pipeline.ts';
import { revisionOfPipeline } from './store.ts';

/** `POST /source/update` (contract §2.5): undefined when the sender may not report. */
export async function receiveReport(context: Context, request: FastifyRequest): Promise<UpdateReply | undefined> {
  const report = reportOf(request.body);
  if (!(await mayReport(context, request, report.pipeline))) return undefined;
  const reply = await reportPipeline(context, report);
  return reply;
}

export const notAuthorised: UpdateReply = unknownReport('not authorised');

/**
 * The secret; or a runner's token: of the auth server we are told to believe, which alone decides who is a runner, or of our
 * own, which anybody gets, and which therefore speaks for its owner's flows only.
 */
async function mayReport(context: Context, request: FastifyRequest, pipelineId: string): Promise<boolean> {
  const { flowUpdateOpen, flowUpdateSecret } = context.config;
  if (flowUpdateOpen) return true;
  const bearer = /^bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  if (flowUpdateSecret !== undefined && bearer !== undefined && equalSecrets(bearer, flowUpdateSecret)) return true;
  const caller = await flowCallerOf(context, request);
  if (caller?.service !== 'runner') return false;
  if (authServerOf(context) !== undefined) return true;
  return (await revisionOfPipeline(context.db, pipelineId))?.ownerId === caller.userid;
}

/** Clients send what they like; what does not say anything counts as not sent. */
function reportOf(body: unknown): Report {
  const given = isObject(body) ? body : {};
  const name = given.pipeline ?? given.pipeline_id;
  const pipeline = typeof name === 'string' ? name.replace(/^\.\//, '') : '';
  return {
    pipeline,
    event: typeof given.event === 'string' ? given.event : '',
    success: given.success === true,
    ...(given.errors === undefined ? {} : { errors: texts(given.errors) }),
    ...(isObject(given.stats) ? { stats: given.stats } : {}),
    ...(given.log === undefined ? {} : { log: texts(given.log) }),
  };
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : value === null ? [] : [value]).map((item) =>
    typeof item === 'string' ? item : JSON.stringify(item),
  );
