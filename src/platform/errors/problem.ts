import type { AppError } from './app-error.ts';

/** RFC 9457 titles by status; a status without one is answered as its class. */
const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  423: 'Locked',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  507: 'Insufficient Storage',
};

/**
 * The one error document (RFC 9457) that every client can read: `error`, `msg` and `message` repeat `detail`,
 * `error_code` repeats `code`.
 */
export function problemOf(error: AppError, requestId: string): Record<string, unknown> {
  return {
    type: `https://granary.dev/errors/${error.code}`,
    title: titles[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    error: error.message,
    msg: error.message,
    message: error.message,
    error_code: error.code,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...error.extra,
  };
}
