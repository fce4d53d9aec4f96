import { AppError } from '../../platform/errors/index.ts';
import type { SelectionProblem } from './pure/selection.ts';

export const rowsForbidden = (): AppError =>
  new AppError(403, 'rows_forbidden', 'You may see this dataset, but not read its rows.');
export const revisionPurged = (n: number): AppError =>
  new AppError(410, 'revision_purged', `The rows of revision ${n} are no longer kept.`);
export const cursorForeign = (why: string): AppError => new AppError(400, 'cursor_foreign', why);
export const rowsNotComputable = (why: string): AppError =>
  new AppError(400, 'rows_not_computable', `The rows cannot be computed: ${why}`);
export const readTooLarge = (): AppError =>
  new AppError(503, 'read_too_large', 'The query needs more memory than GRANARY_READ_MEMORY and the disk allow.', {
    hint: 'Filter more narrowly, or sort by fewer columns.',
  });

/** A parameter that cannot be understood: what, where, and what may have been meant. */
export const selectionRefused = ({ parameter, code, message, hint, at }: SelectionProblem): AppError =>
  new AppError(
    400,
    code,
    at === undefined ? `${parameter}: ${message}` : `${parameter}, position ${at + 1}: ${message}`,
    {
      errors: [{ parameter, code, message }],
      ...(hint === undefined ? {} : { hint }),
      ...(at === undefined ? {} : { extra: { position: at } }),
    },
  );
