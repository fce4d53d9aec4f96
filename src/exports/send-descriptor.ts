import type { FastifyReply, FastifyRequest } from 'fastify';
import { getVisibleDataset, openTable, type Parameters } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { parseRowsRequest, refusing } from './parse-rows-request.ts';
import { descriptorOf } from './pure/descriptor.ts';

/**
 * The descriptor of a revision's rows: a CSV and the stored Parquet, at addresses relative to this one. It tells what the
 * catalogue tells, so whoever sees the dataset may have it; the rows themselves are another right.
 */
export function sendDescriptor(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  revision: number | undefined,
): Promise<FastifyReply> {
  return refusing(async () => {
    const dataset = await getVisibleDataset(context, request.access, id);
    const table = await openTable(context, dataset, revision ?? 'latest');
    const { selection, options } = await parseRowsRequest(context, table, request.query as Parameters, undefined);
    const { n, rows, bytes, tableSha256, version, createdAt } = table.revision;
    const at = revision === undefined ? `revision/${n}/` : '';
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
    const whole = selection.parameters.length === 0;
    const csv = { table, selection, options, path: `${at}data.csv${query}`, ...(whole ? { rows } : {}) };
    const parquet = {
      ...csv,
      options: { ...options, dataFormat: 'parquet' as const },
      path: `${at}data.parquet${query}`,
    };
    const descriptor = descriptorOf(
      {
        name: dataset.name,
        id: dataset.id,
        title: dataset.title,
        description: dataset.description,
        version,
        created: createdAt,
        metadata: dataset.metadata,
        granary: { dataset_id: dataset.id, project_id: dataset.projectId, revision: n, time: createdAt.toISOString() },
      },
      [csv, whole ? { ...parquet, bytes, sha256: tableSha256 } : parquet],
    );
    // Two resources of one package need two names.
    const resources = descriptor.resources as Record<string, unknown>[];
    resources[1]!.name = `${dataset.name}-parquet`;
    return reply
      .header('granary-revision', String(n))
      .header('last-modified', createdAt.toUTCString())
      .send(descriptor);
  });
}
