import { AppError } from '../platform/errors/index.ts';

const refusal = (status: number, code: string, field: string, message: string) =>
  new AppError(status, code, message, { errors: [{ pointer: `/${field}`, code, message }] });

export const documentEmpty = () =>
  new AppError(400, 'empty_file', 'file is empty please check the upload and try again');
export const columnMissing = (name: string, header: readonly string[]) =>
  new AppError(400, 'missing_column', `${name} is a required column.`, {
    errors: [{ column: name, code: 'missing_column', message: `${name} is a required column.` }],
    hint: `The file has: ${header.slice(0, 50).join(', ')}. Another header is given its role by a doc_detail.`,
  });
export const fieldsMissing = (names: readonly string[]) =>
  new AppError(400, 'missing_fields', `missing params set(${[...names].sort().join(', ')})`, {
    errors: names.map((name) => ({ pointer: `/${name}`, code: 'missing_field', message: `${name} is required` })),
  });
export const invalidField = (field: string, message: string) => refusal(400, 'invalid_value', field, message);
export const unknownField = (field: string) =>
  refusal(400, 'unknown_field', field, `'${field}' is not a field of source_doc`);
export const masterObjectNotFound = (id: unknown) =>
  refusal(400, 'reference_not_found', 'master_object_id', `master_object_id ${id} does not exist`);
export const codeInUse = (field: string) =>
  refusal(400, 'readonly_field', field, `${field} cannot be written: documents use the code`);
export const documentNotFound = (id: unknown) =>
  new AppError(404, 'not_found', `No source_doc object found for id : ${id}`);
export const tooManyRows = (max: number) => new AppError(413, 'too_many_rows', `A document has at most ${max} rows.`);
export const revisionNotThere = (given: string, revision: number | undefined) =>
  refusal(
    400,
    'reference_not_found',
    'dataset',
    `dataset ${given}${revision === undefined ? '' : `, revision ${revision}`} does not exist`,
  );
