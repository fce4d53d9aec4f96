import { toAppError } from '../platform/http/index.ts';

/** Not the work's fault: the database or another service was away for a moment. */
export function isTemporary(error: unknown): boolean {
  return toAppError(error, { bodyMaxBytes: 0 }).status === 503;
}
