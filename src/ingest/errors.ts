import { AppError, type ErrorDetail } from '../platform/errors/index.ts';

/** Texts of this first group are the Seedcase contract's to the letter, odd spelling included (data-api.md §2.1). */
export const uploadUnreadable = (hint?: string) =>
  new AppError(400, 'upload_unreadable', 'Failed to read the uploaded file', hint === undefined ? {} : { hint });
export const projectNotGiven = (hint?: string) =>
  new AppError(400, 'project_not_given', 'Failed to provide project id', hint === undefined ? {} : { hint });
/** `reason` is one sentence: the first error, and how many more. */
export const dataNotWritten = (reason: string, errors: ErrorDetail[] = [], extra: Record<string, unknown> = {}) =>
  new AppError(400, 'data_not_written', `${notWritten}${reason}`, { errors, extra });
const notWritten = 'Failed to write data to the projec with error ';

/** For whoever says in other words why nothing was written. */
export const reasonNotWritten = (error: AppError): string =>
  error.message.startsWith(notWritten) ? error.message.slice(notWritten.length) : error.message;

export const checksumMismatch = (algorithm: string) =>
  new AppError(400, 'checksum_mismatch', 'Failed to read the uploaded file', {
    hint: `The ${algorithm} checksum sent does not belong to the bytes received; nothing was stored.`,
  });
export const invalidOption = (name: string, detail: string, hint?: string) =>
  new AppError(400, 'invalid_option', detail, {
    errors: [{ parameter: name, code: 'invalid_option', message: detail }],
    ...(hint === undefined ? {} : { hint }),
  });
export const duplicateRefused = (uploadId: string | null) =>
  new AppError(409, 'duplicate_content', 'The same content was uploaded before; on_duplicate=reject refuses it.', {
    extra: { duplicate_of: uploadId },
  });
export const revisionMoved = (current: number) =>
  new AppError(412, 'revision_moved', `The dataset is at revision ${current} by now.`, {
    headers: { etag: `"${current}"` },
    extra: { revision: current },
  });
export const uploadNotWaiting = (state: string) =>
  new AppError(409, 'upload_not_waiting', `The upload is ${state}: there is nothing to confirm or drop.`, {
    extra: { state },
  });
export const quarantineClosed = (id: string) =>
  new AppError(409, 'quarantine_closed', `The rejected rows of upload ${id} were corrected before.`);
export const malformedIfMatch = () =>
  new AppError(400, 'malformed_if_match', 'If-Match must be the number of a revision, such as "3".');
export const optionNeedsEditor = (name: string) =>
  new AppError(403, 'option_needs_editor', `Only those who may edit the dataset may set '${name}'.`);
export const keyNotGiven = () =>
  new AppError(400, 'key_not_given', "mode=upsert needs 'key': the columns that identify a row.");
