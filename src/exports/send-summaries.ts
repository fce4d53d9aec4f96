import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  columnStatistics,
  facetsOf,
  getReadableDataset,
  openTable,
  type Parameters,
  parseSelection,
  type Selection,
  SelectionProblem,
  single,
  type Table,
} from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { refusing } from './parse-rows-request.ts';
import { abortedWith } from './send-rows.ts';

/** Parameters beside those of a selection. */
const others = ['size', 'auth_token', 'revision'];

export function sendFacets(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  revision: number | undefined,
) {
  return summary(context, request, reply, id, revision, async (table, selection, leaving) => {
    const size = sizeOf(single(request.query as Parameters, 'size'));
    return facetsOf(context, table, selection, size, leaving);
  });
}

export function sendStatistics(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  revision: number | undefined,
) {
  return summary(context, request, reply, id, revision, (table, selection, leaving) =>
    columnStatistics(context, table, selection, leaving),
  );
}

function summary(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  revision: number | undefined,
  work: (
    table: Table,
    selection: Selection,
    leaving: AbortSignal,
  ) => Promise<Record<string, unknown> | { rows: number }>,
): Promise<FastifyReply> {
  return refusing(async () => {
    const dataset = await getReadableDataset(context, request.access, id);
    const table = await openTable(context, dataset, revision ?? 'latest');
    // Here the columns asked for are meant alone; the key is not wanted beside them.
    const selection = parseSelection({ key: 'false', ...(request.query as Parameters) }, table.columns, others);
    const found = await work(table, selection, abortedWith(reply));
    reply.header('granary-revision', String(table.revision.n));
    return reply.send({ revision: table.revision.n, ...found });
  });
}

function sizeOf(text: string | undefined): number {
  if (text === undefined || text === '') return 20;
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000) return Number(text);
  throw new SelectionProblem('size', 'invalid_parameter', `'size' is a whole number from 1 to 1000, not '${text}'`);
}
