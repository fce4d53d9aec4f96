import { AppError, type ErrorDetail } from '../platform/errors/index.ts';

/** `path` leads down from the place back to itself. */
export const belowItself = (path: readonly (number | string)[]) =>
  refused(
    'location_below_itself',
    'parent_location_id',
    `location ${path[0]} cannot be below itself: ${path.join(' > ')}`,
  );
export const levelOutOfOrder = (child: Level, parent: Level) =>
  refused(
    'admin_level_order',
    'parent_location_id',
    `location ${child.id} (admin_level ${child.level}) cannot be below location ${parent.id} (admin_level ${parent.level})`,
  );
export const noSuchLocationType = (name: string) =>
  parameterRefused('reference_not_found', 'location_type', `location_type ${name} does not exist`);
export const invalidIds = (name: string, text: string) => parameterRefused('invalid_id', name, `invalid id: '${text}'`);
export const invalidNumber = (name: string, text: string, expected: string) =>
  parameterRefused('invalid_parameter', name, `invalid ${name}: '${text}'`, expected);
export const invalidGeometry = (problem: { pointer: string; message: string }) =>
  refused('invalid_geometry', `geo_json${problem.pointer}`, `geo_json${problem.pointer}: ${problem.message}`);
export const invalidAliases = () => refused('invalid_value', 'aliases', 'aliases must be a list of texts');
export const aliasTooLong = (most: number) =>
  refused('invalid_value', 'aliases', `each of aliases must have at most ${most} characters`);
export const noSuchUser = (given: string) =>
  parameterRefused('reference_not_found', 'user_id', `user_id ${given} does not exist`);

export const emptyFile = () => new AppError(400, 'empty_file', 'file is empty please check the upload and try again');
export const unreadableFile = (detail: string, row?: number) =>
  new AppError(400, 'unreadable_file', detail, {
    errors: row === undefined ? [] : [{ row, code: 'unreadable_file', message: detail }],
  });
/** Nothing of the file has been kept. The text is that of the first finding. */
export const importRefused = (errors: ErrorDetail[], summary: object) =>
  new AppError(400, 'import_refused', errors[0]!.message, { errors, extra: { summary } });

export const importForbidden = (errors: ErrorDetail[]) =>
  new AppError(403, 'forbidden', errors.find((error) => error.code === 'forbidden')?.message ?? 'Forbidden', {
    errors,
  });

interface Level {
  id: number | string;
  level: number;
}

function refused(code: string, field: string, message: string): AppError {
  return new AppError(400, code, message, { errors: [{ pointer: `/${field}`, code, message }] });
}

function parameterRefused(code: string, parameter: string, message: string, hint?: string): AppError {
  return new AppError(400, code, message, {
    errors: [{ parameter, code, message }],
    ...(hint === undefined ? {} : { hint: `expected ${hint}` }),
  });
}
