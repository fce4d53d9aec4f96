import { AppError, parameterError } from '../platform/errors/index.ts';

export {
  invalidBody,
  invalidId,
  invalidParameter,
  malformedBody,
  missingParameter,
  repeatedParameter,
  unknownParameter,
} from '../platform/errors/index.ts';

/** Texts are the contract's, to the letter (monitoring.md §2.5 and §2.7). */
export const noObject = (resource: string, id: unknown) =>
  new AppError(404, 'not_found', `No ${resource} object found for id : ${id}`);
export const notFilterable = (name: string, hint: string | undefined) =>
  parameterError('unknown_filter', name, `The '${name}' field does not allow filtering.`, hint);
export const unknownLookup = (lookup: string, field: string, hint: string | undefined) =>
  parameterError('unknown_lookup', field, `'${lookup}' is not an allowed filter on the '${field}' field.`, hint);
export const notSortable = (name: string, hint: string | undefined) =>
  parameterError('unknown_order', 'order_by', `The '${name}' field does not allow ordering.`, hint);
export const unknownSelection = (name: string, resource: string, hint: string | undefined) =>
  parameterError('unknown_field', 'fields', `'${name}' is not a field of ${resource}`, hint);
export const invalidCursor = () =>
  parameterError('invalid_cursor', 'cursor', 'The cursor is not one this server has given for this list.');
export const foreignCursor = () =>
  parameterError('foreign_cursor', 'cursor', 'The cursor belongs to another filter or order.');
export const regexTimeout = () =>
  new AppError(400, 'regex_timeout', 'The regular expression takes too long on this data.');
export const invalidRegex = () => new AppError(400, 'invalid_regex', 'The regular expression is not valid.');

export const unknownFormat = (format: string, formats: readonly string[]) =>
  new AppError(406, 'unknown_format', `'${format}' is not a format of this resource: ${formats.join(', ')}`, {
    extra: { formats },
  });

export const noSuchReference = (field: string, value: unknown) =>
  new AppError(400, 'reference_not_found', `${field} ${value} does not exist`, {
    errors: [{ pointer: `/${field}`, code: 'reference_not_found', message: `${field} ${value} does not exist` }],
  });
export const duplicate = (fields: readonly string[], values: readonly unknown[]) => {
  const detail = `key: "${fields.join(', ')}" with value: "${values.join(', ')}" already exists`;
  return new AppError(409, 'duplicate', detail, {
    errors: fields.map((field) => ({ pointer: `/${field}`, code: 'duplicate', message: detail })),
  });
};
export const stillReferredTo = (resource: string, id: unknown, uses: { name: string; count: number }[]) =>
  new AppError(
    409,
    'still_referred_to',
    `${resource} ${id} is used by ${uses.map((use) => `${use.name} (${use.count})`).join(', ')}`,
    { extra: { used_by: Object.fromEntries(uses.map((use) => [use.name, use.count])) } },
  );

/** Without a tag the object is not there any more. */
export const staleTag = (etag: string | undefined) =>
  new AppError(
    412,
    'precondition_failed',
    'The object has changed since it was read.',
    etag === undefined ? {} : { headers: { etag }, extra: { etag } },
  );
export const tagNeeded = () =>
  new AppError(428, 'precondition_required', 'Changing this object needs If-Match with the tag it was read with.');

export const authorizationRequired = () =>
  new AppError(401, 'authorization_required', 'Authorization token required', {
    headers: { 'www-authenticate': 'Bearer realm="Login Required"' },
    extra: {
      error: 'authorization_required',
      status_code: 401,
      description: 'Request does not contain an access token',
    },
  });
export const forbidden = (detail = 'Forbidden') => new AppError(403, 'forbidden', detail);

export const deleteNeedsFilter = () =>
  new AppError(400, 'delete_needs_filter', 'Deleting by filter needs at least one filter.');
export const deleteNotByFilter = (resource: string) =>
  new AppError(400, 'delete_not_by_filter', `${resource} objects are deleted one by one, by their id.`);
export const deleteTakesNoPage = (name: string) =>
  parameterError('delete_takes_no_page', name, `'${name}' has no meaning when deleting by filter.`);

export const invalidIdempotencyKey = () =>
  new AppError(400, 'invalid_idempotency_key', 'Idempotency-Key must have 1 to 255 characters.');
export const idempotencyKeyReused = () =>
  new AppError(422, 'idempotency_key_reused', 'Idempotency-Key was used with a different request');
export const idempotencyKeyRunning = () =>
  new AppError(409, 'idempotency_key_running', 'A request with this Idempotency-Key is still running.', {
    headers: { 'retry-after': '1' },
  });

export const invalidFilter = () => new AppError(400, 'invalid_filter', 'Invalid filter');
export const unknownFilterField = (name: string, hint: string | undefined) =>
  parameterError('unknown_filter', 'filter', `Unknown filter field '${name}'`, hint);
export const unknownSortField = (name: string, hint: string | undefined) =>
  parameterError('unknown_order', 'sort', `Unknown sort field '${name}'`, hint);
export const fieldNeedsAdmin = (use: 'Filter' | 'Sort', name: string) =>
  new AppError(403, 'forbidden', `${use} field '${name}' requires admin privileges`);

export const actionNeedsHeader = () =>
  new AppError(403, 'header_credential_required', 'GET on an action needs a credential in a header.');
export const actionGetOff = () =>
  new AppError(405, 'method_not_allowed', 'Method not allowed.', { headers: { allow: 'OPTIONS, POST' } });

/** A failed run answers like the problem it met, and shows itself. */
export const runFailed = (error: { status: number; code: string; detail: string }, run: object) =>
  new AppError(error.status, error.code, error.detail, { headers: { 'cache-control': 'no-store' }, extra: { run } });
