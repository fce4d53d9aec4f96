import { open } from 'node:fs/promises';
import { contentMismatch, emptyFile, unsupportedFileFormat } from './errors.ts';

export type FileFormat = 'csv' | 'json' | 'ndjson' | 'geojson' | 'spreadsheet' | 'parquet';

const byExtension: Record<string, FileFormat> = {
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  txt: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  geojson: 'geojson',
  xlsx: 'spreadsheet',
  xlsm: 'spreadsheet',
  xls: 'spreadsheet',
  ods: 'spreadsheet',
  parquet: 'parquet',
};

const byMediaType: Record<string, FileFormat> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'text/plain': 'csv',
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/geo+json': 'geojson',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'spreadsheet',
  'application/vnd.ms-excel': 'spreadsheet',
  'application/vnd.oasis.opendocument.spreadsheet': 'spreadsheet',
  'application/vnd.apache.parquet': 'parquet',
};

/** First bytes of formats we know, or know to refuse. */
const signatures: { bytes: string; found: string; format?: FileFormat }[] = [
  { bytes: 'PAR1', found: 'Parquet', format: 'parquet' },
  { bytes: 'PK\x03\x04', found: 'a zip based document', format: 'spreadsheet' },
  { bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', found: 'an Office 97 document', format: 'spreadsheet' },
  { bytes: 'SQLite format 3\0', found: 'a SQLite database' },
  { bytes: '%PDF-', found: 'a PDF document' },
  { bytes: '\x89PNG', found: 'a PNG image' },
  { bytes: '\xff\xd8\xff', found: 'a JPEG image' },
  { bytes: 'GIF8', found: 'a GIF image' },
  { bytes: '\x7fELF', found: 'a program' },
  { bytes: 'MZ\x90', found: 'a program' },
  { bytes: '7z\xbc\xaf\x27\x1c', found: 'a 7-Zip archive' },
  { bytes: 'Rar!', found: 'a RAR archive' },
  { bytes: 'BZh', found: 'a bzip2 archive' },
  { bytes: '\xfd7zXZ\0', found: 'an XZ archive' },
];

/** The format by content first; name and media type decide between texts, and must not contradict the content. */
export async function detectFormat(
  file: string,
  name: string,
  mediaType: string | undefined,
  given: FileFormat | undefined,
): Promise<FileFormat> {
  const start = await firstKilobytes(file);
  if (start.length === 0) throw emptyFile();
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase();
  const named = given ?? (extension === undefined ? undefined : byExtension[extension]);
  const signature = signatures.find(({ bytes }) => start.toString('latin1', 0, bytes.length) === bytes);
  if (signature) {
    if (signature.format === undefined) {
      if (named === undefined) throw unsupportedFileFormat(extension ?? 'bin', `The content is ${signature.found}.`);
      throw contentMismatch(name, signature.found);
    }
    if (named !== undefined && named !== signature.format) throw contentMismatch(name, signature.found);
    return signature.format;
  }
  if (named === 'parquet' || named === 'spreadsheet') {
    if (named === 'spreadsheet' && /^\s*</.test(start.toString('latin1', 0, 200))) return 'spreadsheet';
    throw contentMismatch(name, looksBinary(start) ? 'an unknown binary format' : 'plain text');
  }
  if (looksBinary(start)) throw contentMismatch(name, 'an unknown binary format');
  // Served in place of data, with status 200, by many a server that has lost it.
  if (/^(\xef\xbb\xbf)?\s*(<!doctype html|<html[\s>])/i.test(start.toString('latin1', 0, 500)))
    throw contentMismatch(name, 'an HTML page');
  if (named !== undefined) return named;
  if (extension !== undefined && mediaType === undefined) throw unsupportedFileFormat(extension);
  const typed = mediaType === undefined ? undefined : byMediaType[mediaType.split(';')[0]!.trim().toLowerCase()];
  if (typed === undefined && extension !== undefined) throw unsupportedFileFormat(extension);
  // Browsers say of CSV that it is of the program that opens it.
  const isProgram = typed === 'parquet' || (typed === 'spreadsheet' && !/^\s*</.test(start.toString('latin1', 0, 200)));
  if (typed !== undefined && mediaType !== 'text/plain' && !isProgram) return typed;
  return textFormat(start);
}

/** A text without a name: JSON says so with its first character. */
function textFormat(start: Buffer): FileFormat {
  const text = start.toString('utf8').trimStart();
  if (text.startsWith('[')) return 'json';
  if (text.startsWith('{')) return /^\{[^\n]*\}\r?\n\s*\{/.test(text) ? 'ndjson' : 'json';
  return 'csv';
}

/** Control characters that no text in any ASCII-based encoding contains; NULs are left to the encoding (UTF-16). */
function looksBinary(start: Buffer): boolean {
  let strange = 0;
  for (const byte of start) if (byte > 0 && byte < 32 && ![9, 10, 11, 12, 13, 27, 30, 31].includes(byte)) strange++;
  return strange > Math.max(2, start.length / 100);
}

async function firstKilobytes(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(8192);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
