import { AppError, type ErrorDetail } from '../errors/index.ts';

export const bodyTooLarge = (maxBytes: number) =>
  new AppError(413, 'body_too_large', 'Request too large', {
    hint: `The request body may have ${maxBytes} bytes.`,
    extra: { limit: maxBytes },
  });
export const malformedJson = (hint?: string) => new AppError(400, 'malformed_json', 'Malformed JSON body', { hint });
export const jsonTooDeep = (levels: number) =>
  new AppError(400, 'malformed_json', `The JSON of the body is nested deeper than ${levels} levels.`);
export const malformedGzip = () => new AppError(400, 'malformed_gzip', 'Malformed gzip body');
export const unsupportedMediaType = () => new AppError(415, 'unsupported_media_type', 'Unsupported Media Type');
export const unreadableText = (charset: string) =>
  new AppError(400, 'unreadable_file', `The file is not text in ${charset}.`);
export const malformedUrl = () => new AppError(400, 'malformed_url', 'The address is not valid percent-encoded UTF-8.');
export const textNotStorable = () =>
  new AppError(400, 'text_not_storable', 'Text must not hold NUL characters or halves of surrogate pairs.');
export const invalidRequest = (errors: ErrorDetail[]) =>
  new AppError(400, 'invalid_request', errors[0]?.message ?? 'The request is not valid.', { errors });
export const notFound = () => new AppError(404, 'not_found', 'Not Found');
export const methodNotAllowed = (allowed: string[]) =>
  new AppError(405, 'method_not_allowed', 'Method not allowed.', { headers: { allow: allowed.join(', ') } });
export const rateLimited = (retryAfterSeconds: number) =>
  new AppError(429, 'rate_limited', 'Rate limit exceeded. Please try again later.', {
    headers: { 'retry-after': String(retryAfterSeconds) },
    extra: { error_code: 'RATE_LIMIT_EXCEEDED', retry_after: retryAfterSeconds },
  });
export const clientDisconnected = () =>
  new AppError(400, 'client_disconnected', 'The client went away before the body was complete.');
export const databaseUnavailable = () =>
  new AppError(503, 'database_unavailable', 'The database cannot be reached at the moment. Please try again.', {
    headers: { 'retry-after': '2' },
  });
export const statementTimeout = () =>
  new AppError(503, 'statement_timeout', 'The query took longer than the limit of GRANARY_STATEMENT_TIMEOUT.');
export const internalError = () => new AppError(500, 'internal_error', 'Internal Server Error');
