import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { changelogUntil, countRows, type ReadDataset, type Table } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { openBody } from './open-body.ts';
import type { RowsRequest } from './parse-rows-request.ts';
import { descriptorOf, type PackageFacts, type ResourceFile } from './pure/descriptor.ts';
import { changelogText, readmeText } from './pure/package-texts.ts';
import type { Body } from './spool.ts';
import { zipOf } from './zip-stream.ts';

export interface PackagePart {
  table: Table;
  rows: RowsRequest;
}

/** What the package is about: one dataset, or a project with all of its. */
export type PackageSubject = Pick<ReadDataset, 'id' | 'name' | 'title' | 'description' | 'metadata'> & {
  /** What was left out, and why. */
  omitted?: { name: string; reason: string }[];
};

/**
 * A Data Package as zip, written while it is sent: the data files one after the other, then the descriptor with their
 * sizes and hashes, README and change log.
 */
export async function openPackage(
  context: Context,
  request: FastifyRequest,
  parts: readonly PackagePart[],
  subject: PackageSubject,
): Promise<Body> {
  const zip = zipOf(context);
  const files: ResourceFile[] = [];
  for (const { table, rows } of parts) {
    const { selection, options, limit, start } = rows;
    const file: ResourceFile = {
      table,
      selection,
      options,
      path: `data/${table.dataset.name}.${options.dataFormat}`,
      rows: Math.min(limit ?? Number.POSITIVE_INFINITY, await countRows(context, table, selection)),
    };
    files.push(file);
    const compress = options.dataFormat !== 'parquet' && options.dataFormat !== 'xlsx';
    zip.addLater(
      file.path,
      async () =>
        measured(
          await openBody(context, { table, selection, options, format: options.dataFormat, limit, start }),
          file,
        ),
      compress,
    );
  }
  const changes = await Promise.all(
    parts.map(async ({ table }) => ({
      name: table.dataset.name,
      changes: await changelogUntil(context.db, table.dataset.id, table.revision.n),
    })),
  );
  const facts = packageFacts(context, request, parts, subject);
  const describe = () => descriptorOf(facts, files);
  zip.addText('datapackage.json', () => `${JSON.stringify(describe(), null, 2)}\n`);
  zip.addText('README.md', () => readmeText(facts, files));
  zip.addText('CHANGELOG.md', changelogText(changes));
  return { stream: zip.finish(), bytes: undefined };
}

function packageFacts(
  context: Context,
  request: FastifyRequest,
  parts: readonly PackagePart[],
  subject: PackageSubject,
): PackageFacts {
  const [first] = parts;
  const created = context.now();
  const query = request.query as Record<string, unknown>;
  return {
    name: subject.name,
    id: `${context.config.baseUrl ?? 'urn:granary'}${context.config.baseUrl === undefined ? ':' : '/api/v1/dataset/'}${subject.id}`,
    title: subject.title,
    description: subject.description,
    version:
      parts.length === 1 && first !== undefined ? first.table.revision.version : created.toISOString().slice(0, 10),
    created,
    metadata: subject.metadata,
    granary: {
      requester: request.access.username,
      request_id: request.id,
      filter: first?.rows.selection.filters.map(({ text }) => text).join(' and ') || null,
      fields: query.fields ?? null,
      sort: query.sort ?? null,
      parameters: Object.fromEntries(first?.rows.selection.parameters ?? []),
      time: created.toISOString(),
      omitted: subject.omitted ?? [],
    },
  };
}

/** Notes size and hash of what passes. */
function measured({ stream, bytes }: Body, file: ResourceFile): Body {
  const hash = createHash('sha256');
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      Object.assign(file, { bytes: size, sha256: hash.digest('hex') });
      done();
    },
  });
  stream.once('error', (error) => meter.destroy(error));
  meter.once('close', () => stream.destroy());
  return { stream: stream.pipe(meter), bytes };
}
