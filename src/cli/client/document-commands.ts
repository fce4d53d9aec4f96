import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { type Command, Option } from 'commander';
import { CommandError, exitCodes } from '../errors.ts';
import { group } from '../find-group.ts';
import type { Io } from '../io.ts';
import { jsonFlag, jsonText } from '../print-json.ts';
import { printRows } from '../print-rows.ts';
import { tableText } from '../print-table.ts';
import { type Connection, connect } from './connect.ts';

interface List {
  meta: Record<string, unknown>;
  objects: Record<string, unknown>[];
  issues?: Record<string, unknown>[];
}

interface Document extends Record<string, unknown> {
  id: number;
  doc_title: string;
  state: string;
  summary: Record<string, unknown> | null;
}

const contentType = () => new Option('--type <kind>', 'of these codes').choices(['indicator', 'location', 'campaign']);

/** `granary document …` and `granary mapping …`: files of indicator data, and what their codes mean. */
export function addDocumentCommands(program: Command, io: Io): void {
  const document = group(program, 'document', 'files of indicator data');
  document
    .command('upload <file>')
    .description('send a file of indicator data and wait for its values')
    .addOption(
      new Option('-t, --type <kind>', 'one row a campaign, or a day')
        .choices(['campaign', 'date'])
        .makeOptionMandatory(),
    )
    .option('--title <text>', 'default: the name of the file')
    .option('-d, --dataset <name>', 'whose next revision it is; how that was read is remembered')
    .option('--detail <name=value...>', 'how it is to be read, such as decimal=, or date_order=DMY')
    .addOption(jsonFlag())
    .action(async (file: string, flags: UploadFlags) => {
      const sent = await uploadDocument(await connect(), file, flags);
      if (flags.json) io.out(jsonText(sent));
      else io.out(`document ${sent.id}: ${sent.doc_title}\n${statusText(sent)}`);
    });
  document
    .command('list')
    .description('documents, the newest first')
    .option('--state <state>', 'received, mapping, processed or undone')
    .option('-n, --limit <count>', 'how many', '50')
    .addOption(jsonFlag())
    .action(async (flags: { state?: string; limit: string; json?: boolean }) => {
      const { objects } = await (await connect()).json<List>('GET', '/api/v1/source_doc/', {
        query: { state: flags.state, limit: flags.limit },
      });
      printRows(io, flags, objects, ['id', 'doc_title', 'file_type', 'state', 'bytes', 'created_at']);
    });
  document
    .command('status <id>')
    .description('what became of a document')
    .addOption(jsonFlag())
    .action(async (id: string, flags: { json?: boolean }) => {
      const found = await (await connect()).json<Document>('GET', `/api/v1/source_doc/${encodeURIComponent(id)}/`);
      if (flags.json) io.out(jsonText(found));
      else io.out(statusText(found));
    });
  document
    .command('issues <id>')
    .description('what of a document did not become a value, and why')
    .option('--code <code>', 'of one kind')
    .option('-n, --limit <count>', 'how many', '100')
    .addOption(jsonFlag())
    .action(async (id: string, flags: { code?: string; limit: string; json?: boolean }) => {
      const connection = await connect();
      const { objects } = await connection.json<List>('GET', `/api/v1/source_doc/${encodeURIComponent(id)}/issues`, {
        query: { code: flags.code, limit: flags.limit },
      });
      printRows(io, flags, objects, ['row', 'column', 'severity', 'code', 'raw', 'message', 'cells']);
    });
  addMappingCommands(program, io);
}

interface UploadFlags {
  type: string;
  title?: string;
  dataset?: string;
  detail?: string[];
  json?: boolean;
}

async function uploadDocument(connection: Connection, file: string, flags: UploadFlags): Promise<Document> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new CommandError(`no such file: ${file}`, exitCodes.notFound);
  const fields: [string, string][] = [
    ['doc_title', flags.title ?? path.basename(file)],
    ['file_type', flags.type],
    ...(flags.dataset === undefined ? [] : [['dataset', flags.dataset] as [string, string]]),
    ...(flags.detail ?? []).map(detailOf),
  ];
  const boundary = `granary-${randomUUID()}`;
  return await connection.json<Document>('POST', '/api/v1/source_doc/', {
    body: Readable.from(formParts(boundary, fields, file)),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, prefer: 'wait=60' },
  });
}

function detailOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new CommandError(`--detail needs name=value, not ${text}`, exitCodes.usage);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Fields first, then the file as it is read: nothing of it is held. */
async function* formParts(boundary: string, fields: [string, string][], file: string): AsyncGenerator<Buffer> {
  for (const [name, value] of fields) {
    yield Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  }
  const name = path.basename(file).replace(/["\r\n]/g, '_');
  yield Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="docfile"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
  );
  for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

/** Of the summary, in this order. */
const told = [
  'rows',
  'cells',
  'values',
  'missing',
  'issues',
  'unmapped',
  'read_as',
  'places',
  'campaigns',
  'days',
  'aggregates_changed',
];

function statusText({ state, summary }: Document): string {
  const lines = [`state  ${state}`];
  for (const name of summary === null ? [] : told) {
    const value = summary?.[name];
    const text = Array.isArray(value)
      ? value.map((one: object) => Object.values(one).join(' ')).join('; ')
      : typeof value === 'object' && value !== null
        ? Object.entries(value)
            .map(([key, count]) => `${count} ${key}`)
            .join(', ')
        : String(value ?? '');
    lines.push(`${name.replaceAll('_', ' ')}  ${text === '' ? 'none' : text}`);
  }
  return `${lines.join('\n')}\n`;
}

function addMappingCommands(program: Command, io: Io): void {
  const mapping = group(program, 'mapping', 'what codes of files mean');
  mapping
    .command('list <document>')
    .description('the codes a document uses, those with most cells first')
    .addOption(new Option('--status <status>', 'only these').choices(['unmapped', 'suggested', 'mapped', 'ignored']))
    .addOption(contentType())
    .addOption(jsonFlag())
    .action(async (id: string, flags: { status?: string; type?: string; json?: boolean }) => {
      const { objects } = await (await connect()).json<List>('GET', '/api/v1/source_object_map/', {
        query: { document_id: id, status: flags.status, content_type: flags.type, order_by: '-cells' },
      });
      const rows = objects.map((one) => {
        const [best] = one.suggestions as { name: string; score: number; reason: string }[];
        return { ...one, suggestion: best === undefined ? '' : `${best.name} (${best.reason}, ${best.score})` };
      });
      if (flags.json) return io.out(jsonText(objects));
      const columns = [
        'id',
        'content_type',
        'source_object_code',
        'status',
        'cells',
        'master_object_name',
        'suggestion',
      ];
      io.out(tableText(rows, columns));
    });
  mapping
    .command('apply <decision>')
    .description('accept (the best suggestion), unmap, ignore or restore every code that fits')
    .option('--document <id>', 'codes this document uses')
    .option('--id <id...>', 'these codes')
    .addOption(contentType())
    .option('--status <status>', 'unmapped, suggested, mapped or ignored')
    .option('--contains <text>', 'codes that contain it')
    .option('--min-score <score>', 'suggestions at least as good, from 0 to 1; accept without --id: 0.8')
    .option('--dry-run', 'show what would change, keep nothing')
    .addOption(jsonFlag())
    .action(async (decision: string, flags: ApplyFlags) => {
      const { objects, meta } = await (await connect()).json<List>('POST', '/api/v1/source_object_map/apply', {
        json: {
          decision,
          ...(flags.document === undefined ? {} : { document_id: Number(flags.document) }),
          ...(flags.id === undefined ? {} : { ids: flags.id.map(Number) }),
          ...(flags.type === undefined ? {} : { content_type: flags.type }),
          ...(flags.status === undefined ? {} : { status: flags.status }),
          ...(flags.contains === undefined ? {} : { contains: flags.contains }),
          ...(flags.minScore === undefined ? {} : { min_score: Number(flags.minScore) }),
          dry_run: flags.dryRun === true,
        },
      });
      if (flags.json) return io.out(jsonText(objects));
      if (objects.length > 0)
        io.out(tableText(objects, ['content_type', 'source_object_code', 'master_object_name', 'score']));
      const bound = meta.min_score === undefined ? '' : ` by suggestions of ${meta.min_score} and more`;
      const left = meta.ambiguous ? `; ${meta.ambiguous} are left, as more than one object is as likely` : '';
      io.out(`${flags.dryRun ? 'dry run: ' : ''}${meta.total_count} codes changed${bound}${left}\n`);
    });
  mapping
    .command('export')
    .description('what is mapped, as CSV by the codes of the objects')
    .addOption(contentType())
    .action(async (flags: { type?: string }) => {
      const connection = await connect();
      const answer = await connection.call('GET', '/api/v1/source_object_map/export', {
        query: { content_type: flags.type },
      });
      io.out(await answer.text());
    });
  mapping
    .command('import <file>')
    .description('the same CSV back; every fault is listed, and then nothing is imported')
    .option('--dry-run', 'check and count, keep nothing')
    .action(async (file: string, flags: { dryRun?: boolean }) => {
      const body = await readFile(file, 'utf8').catch(() => {
        throw new CommandError(`no such file: ${file}`, exitCodes.notFound);
      });
      const connection = await connect();
      const send = (dry_run: boolean) =>
        connection.json<List>('POST', '/api/v1/source_object_map/import', {
          query: { dry_run },
          body,
          headers: { 'content-type': 'text/csv' },
        });
      const checked = await send(true);
      if (checked.issues !== undefined && checked.issues.length > 0) {
        io.err(tableText(checked.issues, ['row', 'code', 'message']));
        throw new CommandError(`${checked.issues.length} faults in ${file}; nothing was imported`);
      }
      const { dry_run: isDry, total_count: total, ...counts } = flags.dryRun ? checked.meta : (await send(false)).meta;
      const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
      io.out(`${isDry ? 'dry run: ' : ''}${[`${total} in the file`, ...told].join(', ')}\n`);
    });
}

interface ApplyFlags {
  document?: string;
  id?: string[];
  type?: string;
  status?: string;
  contains?: string;
  minScore?: string;
  dryRun?: boolean;
  json?: boolean;
}
