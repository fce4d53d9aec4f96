import type { FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';

/** Scheme and host for links in answers, without a slash at the end: as configured, else as this request came in. */
export function originOf(context: Pick<Context, 'config'>, request: FastifyRequest): string {
  return (context.config.baseUrl ?? `${request.protocol}://${request.host}`).replace(/\/+$/, '');
}
