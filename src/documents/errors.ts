import { AppError } from '../platform/errors/index.ts';
import type { ProposedHeader } from './propose-header.ts';
import type { ReadSheets } from './pure/read-sheets.ts';

const refusal = (status: number, code: string, field: string, message: string) =>
  new AppError(status, code, message, { errors: [{ pointer: `/${field}`, code, message }] });

export const documentEmpty = (hint?: string) =>
  new AppError(
    400,
    'empty_file',
    'file is empty please check the upload and try again',
    hint === undefined ? {} : { hint },
  );
/** `reason` is a sentence: the first row, and how many more. */
export const noRowReadable = (reason: string) =>
  new AppError(400, 'data_not_written', `No row of the file can be read: ${reason}`, {
    hint: 'Correct these rows and send the file again.',
  });
export const tooManyUnevenRows = (n: number, listed: number) =>
  new AppError(413, 'limit_reached', `${n} rows have more cells than the header, ${listed} can be listed.`, {
    extra: { limit: listed, unit: 'rows' },
    hint: 'Give every column a header, or declare the delimiter.',
  });
/** `proposed`: the column that looks like it, and the detail that says so. */
export const columnMissing = (
  name: string,
  header: readonly string[],
  sheets: ReadSheets,
  proposed?: { detail: string; column: string },
) =>
  noColumn(
    name,
    sheets,
    `has: ${header.slice(0, 50).join(', ')}. ${
      proposed === undefined
        ? 'Another header is given its role by a doc_detail.'
        : `${proposed.column} looks like it: send ${proposed.detail} with its name.`
    }`,
    proposed === undefined ? {} : { proposed: proposed.column },
  );
/** A title stands above the table: none of what it says is a column. */
export const headerElsewhere = (name: string, { row, names }: ProposedHeader, sheets: ReadSheets) =>
  noColumn(
    name,
    sheets,
    `seems to have its headers in row ${row}: ${names.slice(0, 50).join(', ')}. Send header_row with this number.`,
    { proposed_header_row: row, proposed_header: names.slice(0, 200) },
  );
const noColumn = (name: string, { sheet, otherSheets }: ReadSheets, what: string, more: object) =>
  new AppError(400, 'missing_column', `${name} is a required column.`, {
    errors: [{ column: name, code: 'missing_column', message: `${name} is a required column.`, ...more }],
    hint: `${sheet === undefined ? 'The file' : `Sheet ${sheet}`} ${what}${
      otherSheets.length === 0 ? '' : ` Other sheets with content: ${otherSheets.join(', ')}; the detail sheet chooses.`
    }`,
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
