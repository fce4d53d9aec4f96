import { AppError } from '../platform/errors/index.ts';
import { formatNames, mediaTypes } from './pure/formats.ts';

export const formatNotOffered = (asked: string): AppError =>
  new AppError(406, 'format_not_offered', `Rows cannot be had as '${asked}', but as ${formatNames.join(', ')}.`, {
    extra: { formats: formatNames, media_types: formatNames.map((name) => mediaTypes[name][0]!.split(';')[0]) },
  });
export const tooManyRowsForSheet = (rows: number, limit: number): AppError =>
  new AppError(413, 'too_many_rows_for_sheet', `${rows} rows do not fit into a sheet of ${limit}.`, {
    hint: 'Ask for split=sheets, for another format, or for fewer rows.',
    extra: { rows, limit },
  });
export const tooManyColumnsForSheet = (columns: number, limit: number): AppError =>
  new AppError(413, 'too_many_columns_for_sheet', `${columns} columns do not fit into a sheet of ${limit}.`, {
    hint: 'Ask for fewer fields, or for another format.',
    extra: { columns, limit },
  });
export const rangeOutside = (bytes: number): AppError =>
  new AppError(416, 'range_outside', `The range lies outside of the ${bytes} bytes.`, {
    headers: { 'content-range': `bytes */${bytes}` },
  });
export const invalidDownloadPath = (why: string): AppError => new AppError(400, 'invalid_download_path', why);
export const downloadTokenRefused = (): AppError =>
  new AppError(
    401,
    'download_token_refused',
    'The download token is unknown, used, expired or made for another address.',
  );

/** Texts of the Seedcase contract, to the letter (data-api.md §2.1). */
export const downloadFailed = (reason: string): AppError =>
  new AppError(400, 'download_failed', `Failed in exporting to data with error ${reason}`);
export const projectNotNamed = (hint?: string): AppError =>
  new AppError(400, 'project_not_named', 'Failed to provide project id', hint === undefined ? {} : { hint });
export const datasetNotNamed = (names: readonly string[]): AppError =>
  new AppError(
    400,
    'dataset_not_named',
    names.length === 0
      ? 'the project has no dataset to read'
      : `the project has several datasets, name one as dataset=: ${names.join(', ')}`,
    { extra: { datasets: names } },
  );
export const datasetUnknown = (name: string, hint?: string): AppError =>
  new AppError(
    400,
    'dataset_unknown',
    `there is no dataset '${name}' to read in this project`,
    hint === undefined ? {} : { hint },
  );
export const generatedFileUnknown = (id: string): AppError =>
  new AppError(404, 'generated_file_unknown', `there is no generated file ${id}`);
