import { AppError } from '../platform/errors/index.ts';

export const datasetNotFound = (id: string) => new AppError(404, 'dataset_not_found', `There is no dataset ${id}.`);
export const revisionNotFound = (n: number | string) =>
  new AppError(404, 'revision_not_found', `The dataset has no revision ${n}.`);
export const datasetNameTaken = (name: string) =>
  new AppError(409, 'dataset_name_taken', `The project has another dataset named '${name}'.`);
export const datasetDeleted = () =>
  new AppError(409, 'dataset_deleted', 'The dataset was deleted while the rows were on their way.');
export const revisionSuperseded = (n: number) =>
  new AppError(
    409,
    'revision_superseded',
    `Nothing of revision ${n} is left to undo: it was replaced or undone since.`,
  );
export const revisionNotUndoable = (n: number) =>
  new AppError(
    409,
    'revision_not_undoable',
    `Revision ${n} brought no rows of its own; restore another revision instead.`,
  );
export const keyConflict = (key: string[]) =>
  new AppError(409, 'key_conflict', `Without these rows others would share a key (${key.join(', ')}).`);
export const baseMoved = (current: number) =>
  new AppError(409, 'base_moved', `The dataset moved to revision ${current} while this one was made.`);
export const keyNeeded = () =>
  new AppError(409, 'key_needed', 'The dataset has no key, so its rows cannot be told apart over time.');
export const invalidRowKey = (detail: string) => new AppError(400, 'invalid_row_key', detail);
export const uploadNotFound = (id: string) => new AppError(404, 'upload_not_found', `There is no upload ${id}.`);
export const nothingQuarantined = (id: string) =>
  new AppError(404, 'nothing_quarantined', `Upload ${id} has no rejected rows.`);
export const issueNotFound = (code: string) =>
  new AppError(404, 'issue_not_found', `The upload has no such issue of code ${code}.`);
export const acknowledgementNotFound = (id: string) =>
  new AppError(404, 'acknowledgement_not_found', `There is no acknowledgement ${id}.`);
export const rowNotFound = () => new AppError(404, 'row_not_found', 'The revision has no such row.');
export const originalMissing = (n: number) =>
  new AppError(404, 'original_missing', `Revision ${n} came from no file of its own: it was made from earlier ones.`);
export const invalidDatasetName = (name: string, hint: string) =>
  new AppError(
    400,
    'invalid_dataset_name',
    `'${name}' is not a dataset name: lower-case letters, digits, '.', '_', '-'.`,
    {
      hint: `for example ${hint}`,
    },
  );
export const keyNotInSchema = (column: string) =>
  new AppError(400, 'key_not_in_schema', `The key names '${column}', which is no column of the dataset.`);
