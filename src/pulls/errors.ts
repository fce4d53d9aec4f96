import { AppError } from '../platform/errors/index.ts';

const invalid = (pointer: string, message: string) =>
  new AppError(400, 'invalid_pull', message, { errors: [{ pointer, code: 'invalid_pull', message }] });

export const pullGone = () => new AppError(404, 'pull_gone', 'The pull, or its connection, is not there any more.');
export const upsertNeedsKey = () => invalid('/key', "mode upsert needs 'key': the columns that identify a row.");
export const wrongKey = () => invalid('/key', 'key must be a list of names of columns.');
export const datasetNameInvalid = () =>
  invalid('/dataset', 'dataset must be a name of small letters, digits, dot, underscore and dash.');
