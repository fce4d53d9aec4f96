import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { CsvTokeniser, type ExactJson, parseExact } from '../../recipes/index.ts';
import type { Row } from '../connector.ts';
import { isRecord } from '../pure/is-record.ts';
import { valueAt } from '../pure/pointer.ts';
import { SourceFault } from '../source-fault.ts';
import type { HttpSource } from './http-source.ts';
import { faultOf } from './send-request.ts';

const batchRows = 1000;
const maxRecord = 10_000_000;

/** Throws a SourceFault for what is not JSON. */
export async function readJson(body: Readable): Promise<ExactJson> {
  const bytes = await buffer(body).catch((error) => {
    throw faultOf(error, 'broken');
  });
  try {
    return parseExact(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new SourceFault('broken', 'The answer of the source is not JSON.', { detail: (error as Error).message });
  }
}

/** The records of a JSON answer: where the source says, or the answer itself, or its only array. */
export function recordsOf(answer: ExactJson, pointer: string | undefined): Row[] {
  const found = pointer === undefined ? onlyArray(answer) : valueAt(answer, pointer);
  const list = Array.isArray(found) ? found : isRecord(found) ? [found] : undefined;
  if (list === undefined || !list.every(isRecord))
    throw new SourceFault('broken', 'The answer of the source holds no records where they should be.');
  return list;
}

function onlyArray(answer: ExactJson): unknown {
  if (!isRecord(answer)) return answer;
  const arrays = Object.values(answer).filter((value) => Array.isArray(value));
  return arrays.length === 1 ? arrays[0] : answer;
}

/** Rows of an answer that is read as it comes. */
export async function* readLines(body: Readable, source: HttpSource): AsyncGenerator<Row[]> {
  const rows = source.format === 'csv' ? csvRows(body, source.delimiter ?? ',') : ndjsonRows(body);
  let batch: Row[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < batchRows) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* ndjsonRows(body: Readable): AsyncGenerator<Row> {
  let rest = '';
  for await (const text of textOf(body)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') yield lineRow(line);
    if (rest.length > maxRecord) throw tooLong();
  }
  if (rest.trim() !== '') yield lineRow(rest);
}

function lineRow(line: string): Row {
  let value: ExactJson;
  try {
    value = parseExact(line);
  } catch {
    throw new SourceFault('broken', 'A line of the answer is not JSON.');
  }
  if (!isRecord(value)) throw new SourceFault('broken', 'A line of the answer is not an object.');
  return value;
}

async function* csvRows(body: Readable, delimiter: string): AsyncGenerator<Row> {
  const dialect = { delimiter, quote: '"', escape: '', skipInitialSpace: false };
  const tokeniser = new CsvTokeniser(dialect, maxRecord, () => {
    throw tooLong();
  });
  let header: string[] | undefined;
  const rowOf = (cells: string[] | undefined): Row | undefined => {
    if (cells === undefined) throw new SourceFault('broken', 'The answer has a quote that does not end.');
    if (cells.length === 1 && cells[0] === '') return undefined;
    if (header === undefined) {
      header = cells;
      if (new Set(header).size < header.length) throw new SourceFault('broken', 'The answer has a column twice.');
      return undefined;
    }
    if (cells.length !== header.length)
      throw new SourceFault('broken', 'A row of the answer has not as many cells as its header.');
    return Object.fromEntries(header.map((name, i) => [name, cells[i] === '' ? null : cells[i]!]));
  };
  for await (const text of textOf(body)) {
    for (const { cells } of tokeniser.push(text)) {
      const row = rowOf(cells);
      if (row !== undefined) yield row;
    }
  }
  for (const { cells } of tokeniser.end()) {
    const row = rowOf(cells);
    if (row !== undefined) yield row;
  }
}

async function* textOf(body: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw faultOf(error, 'broken');
  }
  yield decoder.decode();
}

const tooLong = () => new SourceFault('broken', 'A record of the answer is longer than ten million characters.');
