import { AppError, type ErrorDetail } from '../platform/errors/index.ts';

/** The same refusal, saying in which row. Rows count from 1. */
export function inRow(error: unknown, row: number): unknown {
  if (!(error instanceof AppError)) return error;
  const errors: ErrorDetail[] =
    error.errors.length > 0
      ? error.errors.map((detail) => ({ ...detail, row }))
      : [{ row, code: error.code, message: error.message }];
  return new AppError(error.status, error.code, error.message, {
    errors,
    headers: error.headers,
    extra: error.extra,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}
