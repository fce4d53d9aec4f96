import { Readable } from 'node:stream';
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import type { Context } from '../../platform/context.ts';
import type { IssueCounts } from '../dataset.ts';
import { countedIssues, type IssueFilter } from '../pure/issue-filter.ts';
import { csvLine, issueColumns, issueJson } from '../pure/issue-json.ts';
import type { Acknowledgement } from '../uploads/store.ts';
import { readIssues } from './open-issues.ts';

export const issueQuery = Type.Object(
  {
    severity: Type.Optional(Type.Union([Type.Literal('error'), Type.Literal('warning'), Type.Literal('info')])),
    code: Type.Optional(Type.String()),
    column: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1000 })),
    cursor: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);

export interface IssueSource {
  /** Null: the file was clean, or nothing has been read yet. */
  sha256: string | null;
  counts: IssueCounts | null;
  acknowledgements: readonly Acknowledgement[];
}

type IssueFormat = 'json' | 'ndjson' | 'csv';

/** JSON comes in pages with exact totals; NDJSON and CSV stream everything that is listed. */
export async function answerIssues(
  context: Context,
  reply: FastifyReply,
  source: IssueSource,
  format: IssueFormat,
  query: IssueFilter & { limit?: number; cursor?: number },
): Promise<unknown> {
  if (format === 'json') return issuePage(context, source, query);
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
  return reply
    .type(type)
    .header('content-disposition', `attachment; filename="issues.${format}"`)
    .send(Readable.from(lines(context, source, format, query), { objectMode: false }));
}

async function issuePage(
  context: Context,
  source: IssueSource,
  query: IssueFilter & { limit?: number; cursor?: number },
): Promise<Record<string, unknown>> {
  const limit = query.limit ?? 1000;
  const items: Record<string, unknown>[] = [];
  let last: number | undefined;
  let more = false;
  if (source.sha256 !== null) {
    // One more than asked for tells whether there is a next page.
    for await (const chunk of readIssues(context, source.sha256, query, { after: query.cursor, limit: limit + 1 })) {
      for (const row of chunk) {
        if (items.length === limit) more = true;
        else {
          items.push(issueJson(row, source.acknowledgements));
          last = Number(row._position);
        }
      }
    }
  }
  return {
    items,
    total: countedIssues(source.counts?.groups ?? [], query),
    listed: source.counts?.listed ?? 0,
    next: more ? String(last) : null,
  };
}

async function* lines(
  context: Context,
  source: IssueSource,
  format: 'ndjson' | 'csv',
  filter: IssueFilter,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine([...issueColumns, 'acknowledged']);
  if (source.sha256 === null) return;
  for await (const chunk of readIssues(context, source.sha256, filter, {})) {
    const issues = chunk.map((row) => issueJson(row, source.acknowledgements));
    yield issues
      .map((issue) => {
        if (format === 'ndjson') return `${JSON.stringify(issue)}\n`;
        const word = issue.acknowledged as { reason: string } | undefined;
        return csvLine([...issueColumns.map((name) => issue[name]), word?.reason]);
      })
      .join('');
  }
}
