import { AppError, type ErrorDetail } from './app-error.ts';

/** What can be wrong with any request, in the words of contract monitoring §2.7. */
export const invalidId = (text: string, name = 'id') =>
  new AppError(400, 'invalid_id', `invalid ${name}: '${text}'`, {
    errors: [{ parameter: name, code: 'invalid_id', message: `invalid ${name}: '${text}'` }],
  });
export const missingParameter = (name: string) =>
  parameterError('missing_parameter', name, `Missing required parameter ${name}`);
export const unknownParameter = (name: string, hint: string | undefined) =>
  parameterError('unknown_parameter', name, `'${name}' is not a parameter of this request.`, hint);
export const repeatedParameter = (name: string) =>
  parameterError('repeated_parameter', name, `The '${name}' parameter is given more than once.`);
export const invalidParameter = (name: string, text: string, expected?: string) =>
  parameterError('invalid_parameter', name, `invalid ${name}: '${text}'`, expected && `expected ${expected}`);

/** Everything wrong with a body at once; the text is that of the first kind found. */
export const invalidBody = (code: string, detail: string, errors: ErrorDetail[], hint?: string) =>
  new AppError(400, code, detail, { errors, ...(hint === undefined ? {} : { hint }) });
export const malformedBody = (detail: string, row?: number) =>
  new AppError(400, 'malformed_body', detail, {
    errors: row === undefined ? [] : [{ row, code: 'malformed_body', message: detail }],
  });

/** A refusal because of one parameter of the query, which is in the text too. */
export function parameterError(code: string, parameter: string, message: string, hint?: string): AppError {
  return new AppError(400, code, message, {
    errors: [{ parameter, code, message }],
    ...(hint === undefined ? {} : { hint }),
  });
}
