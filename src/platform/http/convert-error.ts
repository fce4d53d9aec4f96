import type { FastifyError, FastifyRequest } from 'fastify';
import { AppError, type ErrorDetail } from '../errors/index.ts';
import * as errors from './errors.ts';
import { refuseInvalid } from './refuse-invalid.ts';

/**
 * Whatever was thrown, as the refusal a client may see. What is not recognised is a bug and stays opaque. A request that
 * does not fit its route's schema is refused in the words of /api/v1, given that request.
 */
export function toAppError(error: unknown, limits: { bodyMaxBytes: number }, request?: FastifyRequest): AppError {
  if (error instanceof AppError) return error;
  const known = error as Partial<FastifyError> & { validationContext?: string; code?: string };
  if (known.validation !== undefined) {
    const refusal = request && refuseInvalid(known.validation, known.validationContext ?? 'body', request);
    if (refusal !== undefined) return refusal;
    return errors.invalidRequest(known.validation.map((issue) => detailOf(issue, known.validationContext ?? 'body')));
  }
  switch (known.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return errors.bodyTooLarge(limits.bodyMaxBytes);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return errors.unsupportedMediaType();
    case 'FST_ERR_BAD_URL':
      return errors.malformedUrl();
    // Text only a client can have sent: NUL in text, NUL or half a surrogate pair in JSON.
    case '22021':
    case '22P05':
      return errors.textNotStorable();
    case '22P02':
      return isBrokenUnicode(error) ? errors.textNotStorable() : errors.internalError();
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return errors.clientDisconnected();
    case '57014':
      return errors.statementTimeout();
    // A client that hangs up is recognised by its request; a connection reset under a statement is the database's.
    case 'ECONNRESET':
    case 'EPIPE':
    case '57P01':
    case '57P02':
    case '57P03':
    case '08006':
    case 'ECONNREFUSED':
    case 'ENOENT':
      return known.code === 'ENOENT' && !isConnect(error) ? errors.internalError() : errors.databaseUnavailable();
    default:
      return isLostConnection(error) ? errors.databaseUnavailable() : errors.internalError();
  }
}

function isConnect(error: unknown): boolean {
  return (error as { syscall?: string }).syscall === 'connect';
}

/** Any other text PostgreSQL cannot read as a value should not have got so far, and stays a bug. */
function isBrokenUnicode(error: unknown): boolean {
  return /^Unicode (high|low) surrogate /.test((error as { detail?: string }).detail ?? '');
}

/** pg reports a connection that broke under a statement by text only. */
function isLostConnection(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      error.message,
    )
  );
}

function detailOf(
  issue: { instancePath: string; message?: string; params?: Record<string, unknown> },
  context: string,
): ErrorDetail {
  const missing = issue.params?.missingProperty;
  const extra = issue.params?.additionalProperty;
  const name = [issue.instancePath, missing ?? extra].filter(Boolean).join('/');
  const message = `${context}${name ? ` ${name.replace(/^\//, '')}` : ''} ${issue.message ?? 'is not valid'}`;
  return context === 'body'
    ? { pointer: name.startsWith('/') ? name : `/${name}`, code: 'invalid', message }
    : { parameter: name.replace(/^\//, ''), code: 'invalid', message };
}
