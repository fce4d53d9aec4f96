import { AppError, type ErrorDetail } from '../platform/errors/index.ts';
import { withoutPaths } from './pure/without-paths.ts';
import type { Reading } from './staged.ts';

/** The file as a whole cannot be read; single bad rows and cells are issues instead. */
export function emptyFile(): AppError {
  return new AppError(400, 'empty_file', 'Invalid CSV. No rows found!', { hint: 'The file has no content.' });
}

export function noRows(columns: number, { sheet, otherSheets = [] }: Pick<Reading, 'sheet' | 'otherSheets'>): AppError {
  const others = otherSheets.length === 0 ? '' : ` Other sheets with content: ${otherSheets.join(', ')}.`;
  return new AppError(400, 'no_rows', 'Invalid CSV. No rows found!', {
    hint: `${sheet === undefined ? 'The file' : `Sheet ${sheet}`} has a header of ${columns} column(s) and nothing below it.${others}`,
  });
}

/** Records without members, or a recipe that drops every column. */
export function noColumns(): AppError {
  return new AppError(400, 'no_columns', 'The data has no columns.');
}

export function unknownDelimiter(found: string): AppError {
  return new AppError(
    400,
    'unknown_delimiter',
    `Invalid CSV. Use comma, semicolon, space or tab as delimiter. Found delimiter: '${found}'`,
    { hint: `If that is intended, send the reading option delimiter=${found}` },
  );
}

export function unsupportedFileFormat(extension: string, hint?: string): AppError {
  return new AppError(415, 'unsupported_file_format', `Unsupported file format: .${extension}`, hint ? { hint } : {});
}

export function contentMismatch(name: string, found: string): AppError {
  return new AppError(415, 'content_mismatch', `'${name}' is not what its name says: its content is ${found}`);
}

export function nulByte(offset: number): AppError {
  return new AppError(400, 'nul_byte', `The file contains a NUL byte at offset ${offset}: it is binary or damaged`);
}

export function undecodableText(encoding: string, offset: number): AppError {
  return new AppError(
    400,
    'encoding_error',
    `The file is not valid ${encoding}: undecodable byte at offset ${offset}`,
    {
      hint: 'Name the right one with the reading option encoding.',
    },
  );
}

export function unknownEncoding(encoding: string): AppError {
  return new AppError(400, 'unknown_encoding', `Unknown encoding '${encoding}'`);
}

export function unreadableFile(format: string, cause: unknown): AppError {
  const text = withoutPaths(cause instanceof Error ? cause.message.split('\n')[0]! : String(cause));
  return new AppError(400, 'format_error', `The file cannot be read as ${format}: ${text}`, { cause });
}

export function nestedTooDeep(limit: number, line: number): AppError {
  return unreadableFile('JSON', new Error(`the value in line ${line} is nested deeper than ${limit} levels`));
}

/** A limit of `limits.ts`: nothing is ever cut silently. */
export function limitReached(what: string, limit: number, unit: string): AppError {
  return new AppError(413, 'limit_reached', `The ${what} exceeds the limit of ${limit} ${unit}`, {
    extra: { limit, unit },
  });
}

/** `range` is where the values are, from the first to the last. */
export function sheetTooSparse(
  sheet: string,
  { cells, places, range, limit }: { cells: number; places: number; range: string; limit: number },
): AppError {
  return new AppError(413, 'limit_reached', `Sheet ${sheet} has values in ${cells} of ${places} places of ${range}`, {
    hint: 'Delete what stands far from the table, and send the file again.',
    extra: { limit, unit: 'places a value' },
  });
}

export function engineMemoryExhausted(cause: Error): AppError {
  return new AppError(413, 'limit_reached', 'The table needs more memory than one run may use', {
    cause,
    hint: 'Fewer columns, or more memory for the engine.',
  });
}

export function archiveRefused(reason: string): AppError {
  return new AppError(400, 'archive_refused', `The archive cannot be used: ${reason}`);
}

export function stepInvalid(index: number, name: string, reason: string, errors: ErrorDetail[] = []): AppError {
  return new AppError(400, 'step_invalid', `Step ${index + 1} (${name}): ${reason}`, { errors });
}

export function schemaInvalid(reason: string, pointer?: string): AppError {
  return new AppError(400, 'schema_invalid', `Table Schema error: ${reason}`, {
    errors: pointer === undefined ? [] : [{ pointer, code: 'schema-error', message: reason }],
  });
}

export function keyInvalid(reason: string): AppError {
  return new AppError(400, 'key_invalid', reason);
}

export function readingOptionInvalid(option: string, reason: string): AppError {
  return new AppError(400, 'reading_option_invalid', `Reading option ${option}: ${reason}`, {
    errors: [{ parameter: option, code: 'invalid', message: reason }],
  });
}

/** In the words of the flows contract (§5.3). */
export function badSkipRows(): AppError {
  return new AppError(400, 'reading_option_invalid', 'Bad value for skip_rows');
}
