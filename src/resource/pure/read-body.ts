import { isNestedDeeper, maxJsonDepth } from '../../platform/is-nested-deeper.ts';
import { malformedBody } from '../errors.ts';
import { parseCsv } from './parse-csv.ts';

/** A body as it arrives: one object, or many. */
export type Body =
  | { one: Record<string, unknown>; isText: boolean }
  | { many: Record<string, unknown>[]; isText: boolean };

/** JSON and forms are parsed already; NDJSON and CSV arrive as text. */
export function readBody(body: unknown, mediaType: string): Body {
  if (isNdjson(mediaType)) return { many: ndjson(body as string), isText: false };
  if (mediaType === 'text/csv') return { many: csv(body as string), isText: true };
  const isText = mediaType === 'application/x-www-form-urlencoded';
  const value = body ?? {};
  if (!isObject(value)) throw malformedBody('The body must be an object.');
  if (isText) {
    const repeated = Object.keys(value).find((name) => Array.isArray(value[name]));
    if (repeated !== undefined) throw malformedBody(`'${repeated}' is given more than once`);
    return { one: { ...value }, isText };
  }
  if (!Array.isArray(value.objects) || Object.keys(value).length !== 1) return { one: value, isText };
  const wrong = value.objects.findIndex((item) => !isObject(item));
  if (wrong !== -1) throw malformedBody('Every one of objects must be an object.', wrong + 1);
  return { many: value.objects, isText };
}

export const isNdjson = (mediaType: string): boolean =>
  mediaType === 'application/x-ndjson' || mediaType === 'application/ndjson' || mediaType === 'application/jsonl';

function ndjson(text: string): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    if (isNestedDeeper(line)) throw jsonTooDeep(index + 1);
    const value = parsed(line);
    if (!isObject(value)) throw malformedBody(`line ${index + 1} is not a JSON object`, index + 1);
    rows.push(value);
  }
  return rows;
}

/** The first line names the fields. A cell that is not there is not sent; an empty one is. */
function csv(text: string): Record<string, unknown>[] {
  const read = parseCsv(text);
  if ('problem' in read) throw malformedBody(read.problem);
  const [header, ...lines] = read.rows;
  if (header === undefined) throw malformedBody('file is empty please check the upload and try again');
  const repeated = header.find((name, index) => header.indexOf(name) !== index);
  if (repeated !== undefined) throw malformedBody(`the column '${repeated}' is there more than once`);
  return lines.map((line, index) => {
    if (line.length !== header.length) {
      throw malformedBody(`row ${index + 1} has ${line.length} cells instead of ${header.length}`, index + 1);
    }
    return Object.fromEntries(header.map((name, at) => [name.trim(), line[at]]));
  });
}

const jsonTooDeep = (line: number) => malformedBody(`line ${line} is nested deeper than ${maxJsonDepth} levels`, line);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
