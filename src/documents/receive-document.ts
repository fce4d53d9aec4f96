import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FastifyRequest } from 'fastify';
import { receiveBody } from '../ingest/index.ts';
import type { StoredBlob } from '../platform/blobs/index.ts';
import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { bodyTooLarge, jsonTooDeep, unsupportedMediaType } from '../platform/http/index.ts';
import { isNestedDeeper, maxJsonDepth } from '../platform/is-nested-deeper.ts';
import { namesObject } from '../resource/index.ts';
import { documentEmpty, fieldsMissing, invalidField, unknownField } from './errors.ts';
import { type DetailName, type Details, detailChoices, detailNames, maxDetail, maxTitle } from './pure/column-roles.ts';
import { dateOrderOf, dateOrders } from './pure/date-order.ts';
import { decodeDocfile } from './pure/decode-docfile.ts';

/** What a sender says of a document; its bytes are in the blob store, or somewhere in Granary already. */
export interface DocumentArrival {
  title: string;
  fileType: 'campaign' | 'date';
  file:
    | {
        name: string;
        /** By which the file is read, where `name` is the title and tells nothing. */
        readAs?: string;
        mediaType: string;
        blob: Pick<StoredBlob, 'sha256' | 'bytes'>;
      }
    | undefined;
  uploadId: string | undefined;
  dataset: string | undefined;
  revision: number | undefined;
  projectId: string | undefined;
  details: Details;
  /** The document whose rows these are, corrected. */
  corrects: number | undefined;
  /** Tell what would become of it, and keep nothing. */
  dryRun: boolean;
}

const fieldNames = [
  'doc_title',
  'file_type',
  'upload_id',
  'dataset',
  'revision',
  'project_id',
  'docfile',
  'corrects',
  'dry_run',
] as const;
type FieldName = (typeof fieldNames)[number];

/** A body that names a document: its fields, and those of the sender that are to change. */
export interface DocumentChange {
  change: Record<string, unknown>;
  /** As forms have it: every value is text. */
  isText: boolean;
  dryRun: unknown;
}

/** JSON or a form with the file as base64 or data URI, or parts with a `docfile`; other words in all are doc_details. */
export async function receiveDocument(
  context: Context,
  request: FastifyRequest,
): Promise<DocumentArrival | DocumentChange> {
  const body = request.body instanceof Readable ? request.body : Readable.from([]);
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (mediaType === 'multipart/form-data') return await receiveParts(context, request, body);
  const fieldsOf = { 'application/json': objectOf, 'application/x-www-form-urlencoded': formOf }[mediaType];
  if (fieldsOf === undefined) throw unsupportedMediaType();
  const fields = fieldsOf(await buffered(body, context.config.bodyMaxBytes));
  if (namesObject(fields.id)) return changeOf(fields, mediaType !== 'application/json');
  const { docfile } = fields;
  const arrival = arrivalOf(fields, docfile === undefined ? undefined : 'docfile');
  if (docfile === undefined) return arrival;
  const decoded = decodeDocfile(docfile);
  if (decoded === undefined || decoded.bytes.length === 0) throw documentEmpty();
  const blob = await context.blobs.put(Readable.from([decoded.bytes]), { maxBytes: context.config.uploadMaxBytes });
  const readAs = readAsFor(arrival.title, decoded.bytes);
  return { ...arrival, file: { name: arrival.title, readAs, mediaType: decoded.mediaType, blob } };
}

/** A file that came without a name: its content tells what it is. */
const unnamed = 'docfile';

/** Of a title, which may end in anything, only what the content leaves open: a table of HTML saved as .xls, one line of JSON. */
function readAsFor(title: string, bytes: Buffer): string {
  const start = bytes
    .toString('latin1', 0, 200)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (start.startsWith('<') && /\.xls$/i.test(title)) return `${unnamed}.xls`;
  if (start.startsWith('{') && /\.(ndjson|jsonl)$/i.test(title)) return `${unnamed}.ndjson`;
  return unnamed;
}

/**
 * Parts in any order: the bytes are stored while they come. What is refused after that leaves a blob without a name, and
 * those are swept.
 */
async function receiveParts(context: Context, request: FastifyRequest, body: Readable) {
  let sent: Record<string, string> = {};
  try {
    const [file, second] = await receiveBody(body, request.headers, {
      part: 'docfile',
      anyOrder: true,
      admit: async (fields) => {
        sent = fields;
      },
      store: (source) => context.blobs.put(source, { maxBytes: context.config.uploadMaxBytes }),
    });
    if (second !== undefined) throw invalidField('docfile', 'docfile is given more than once');
    if (namesObject(sent.id)) return changeOf(sent, true);
    const arrival = arrivalOf(sent, 'docfile');
    const named = file!.name === undefined ? { name: arrival.title, readAs: unnamed } : { name: file!.name };
    return {
      ...arrival,
      file: { ...named, mediaType: file!.mediaType ?? 'application/octet-stream', blob: file!.stored },
    };
  } catch (error) {
    if (error instanceof AppError && error.code === 'upload_unreadable') throw documentEmpty();
    throw error;
  }
}

/** The file of a document is for ever: as with PATCH, what is sent of it is passed over. */
function changeOf(
  { dry_run: dryRun, docfile: _, ...change }: Record<string, unknown>,
  isText: boolean,
): DocumentChange {
  return { change, isText, dryRun };
}

function arrivalOf(fields: Record<string, unknown>, file: 'docfile' | undefined): DocumentArrival {
  const text = (name: FieldName): string | undefined => {
    const value = fields[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string' || typeof value === 'number') return String(value).trim() || undefined;
    throw invalidField(name, `${name} must be text`);
  };
  const source = file ?? (text('upload_id') || text('dataset') ? 'docfile' : undefined);
  const missing = [
    ...(source === undefined ? ['docfile'] : []),
    ...(['doc_title', 'file_type'] as const).filter((name) => text(name) === undefined),
  ];
  if (missing.length > 0) throw fieldsMissing(missing);
  const fileType = text('file_type');
  if (fileType !== 'campaign' && fileType !== 'date') {
    throw invalidField('file_type', 'file_type must be one of campaign, date');
  }
  const revision = text('revision');
  if (revision !== undefined && !/^\d{1,9}$/.test(revision))
    throw invalidField('revision', 'revision must be a number');
  const corrects = text('corrects');
  if (corrects !== undefined && !/^\d{1,9}$/.test(corrects))
    throw invalidField('corrects', 'corrects must be a number');
  const title = text('doc_title')!.replace(/\s+/g, ' ');
  if (title.length > maxTitle) throw invalidField('doc_title', `doc_title must have at most ${maxTitle} characters`);
  return {
    title,
    fileType,
    file: undefined,
    uploadId: text('upload_id'),
    dataset: text('dataset'),
    revision: revision === undefined ? undefined : Number(revision),
    projectId: text('project_id'),
    details: detailsOf(fields),
    corrects: corrects === undefined ? undefined : Number(corrects),
    dryRun: isTrue('dry_run', fields.dry_run),
  };
}

/** A boolean as JSON, forms and queries write it. */
export function isTrue(name: string, value: unknown): boolean {
  const said = typeof value === 'object' ? (value === null ? '' : undefined) : String(value ?? '').toLowerCase();
  if (said === 'true' || said === '1') return true;
  if (said === 'false' || said === '0' || said === '') return false;
  throw invalidField(name, `${name} must be true or false`);
}

function detailsOf(fields: Record<string, unknown>): Details {
  const details: Details = {};
  for (const [name, value] of Object.entries(fields)) {
    if ((fieldNames as readonly string[]).includes(name) || name === 'id') continue;
    if (!(detailNames as readonly string[]).includes(name)) throw unknownField(name);
    if (value === null || value === '') continue;
    const said = detailText(name, value);
    checkDetail(name, said);
    details[name as DetailName] = said;
  }
  return details;
}

/** A list is one of words for nothing; nothing else has more than one value. */
function detailText(name: string, value: unknown): string {
  if (typeof value !== 'object') return String(value);
  if (name === 'missing_values' && isListOfWords(value)) return JSON.stringify(value);
  throw invalidField(name, `${name} must be text`);
}

const isListOfWords = (value: unknown): boolean =>
  Array.isArray(value) && value.every((word) => typeof word === 'number' || isStorable(word));

const isStorable = (word: unknown) => typeof word === 'string' && word.isWellFormed() && !word.includes('\0');

/** As the database takes it: an unfinished list would fail when the document is read. */
function isWordsForNothing(value: string): boolean {
  if (!value.trim().startsWith('[')) return true;
  try {
    return isListOfWords(JSON.parse(value));
  } catch {
    return false;
  }
}

/** Refuses a word the detail does not have. */
export function checkDetail(name: string, value: string): void {
  if (value.length > maxDetail) throw invalidField(name, `${name} must have at most ${maxDetail} characters`);
  if (name === 'missing_values' && !isWordsForNothing(value)) {
    throw invalidField(name, `${name} must be words separated by commas, or a JSON list of words`);
  }
  if (name === 'date_order') {
    if (dateOrderOf(value) !== undefined) return;
    throw invalidField(name, `${name} must be one of ${dateOrders.join(' ')}, or a pattern such as %d %b %Y`);
  }
  const choices = detailChoices[name as DetailName];
  const spoken = value === ' ' ? value : value.trim();
  if (choices !== undefined && !choices.includes(spoken)) {
    throw invalidField(name, `${name} must be one of ${choices.join(' ')}`);
  }
}

async function buffered(source: Readable, maxBytes: number): Promise<string> {
  let bytes = 0;
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) source.destroy(bodyTooLarge(maxBytes));
  });
  return (await buffer(source)).toString('utf8');
}

function objectOf(text: string): Record<string, unknown> {
  if (isNestedDeeper(text)) throw jsonTooDeep(maxJsonDepth);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new AppError(400, 'malformed_body', 'The body must be one JSON object.');
}

function formOf(text: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(fields, name)) throw new AppError(400, 'malformed_body', `'${name}' is given more than once`);
    fields[name] = value;
  }
  // Base64 has no blanks; who forgets to escape its plus signs sends them as such.
  if (typeof fields.docfile === 'string' && !/^data:(?!.{0,200};base64,)/is.test(fields.docfile)) {
    fields.docfile = fields.docfile.replaceAll(' ', '+');
  }
  return fields;
}
