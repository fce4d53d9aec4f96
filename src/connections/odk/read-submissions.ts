import type { ConnectorContext, Cursor, Row } from '../connector.ts';
import { isRecord } from '../pure/is-record.ts';
import { valueAt } from '../pure/pointer.ts';
import { stepBack } from '../pure/step-back.ts';
import { SourceFault } from '../source-fault.ts';
import { enter, type OdkConfig, type OdkSource } from './enter-central.ts';
import { flattenSubmission } from './pure/flatten-submission.ts';

const usualPage = 500;

/**
 * The OData feed of a form, page by page. What has been sent or edited after the cursor is new. The next cursor is the
 * newest moment seen, but never one after the first page was answered: an edit during the read may be on a later page
 * while a submission of the same moment is on none.
 */
export async function* readSubmissions(
  connection: OdkConfig,
  source: OdkSource,
  cursor: Cursor | null,
  context: ConnectorContext,
): AsyncGenerator<{ rows: Row[]; cursor?: Cursor }> {
  const { table = 'Submissions', separator = '/' } = source;
  const isIncremental = table === 'Submissions' && source.incremental !== false;
  const central = await enter(connection, context);
  const feed = `/v1/projects/${source.project}/forms/${encodeURIComponent(source.form)}.svc/${encodeURIComponent(table)}`;
  const query = new URLSearchParams({ $top: String(source.page_size ?? usualPage) });
  if (isIncremental && cursor !== null) {
    const from = stepBack(cursor, source.overlap);
    query.set('$filter', `__system/submissionDate gt ${from} or __system/updatedAt gt ${from}`);
  }
  const seen = new Set<string>();
  let started: number | undefined;
  let newest = isIncremental && cursor !== null ? String(cursor) : undefined;
  for (let next: URLSearchParams | undefined = query; next !== undefined; ) {
    if (seen.has(String(next)))
      throw new SourceFault('refused', 'The pages of the form lead back to one already read.');
    seen.add(String(next));
    const { body, date } = await central.page(`${feed}?${next}`);
    started ??= date === undefined || Number.isNaN(Date.parse(date)) ? Number.POSITIVE_INFINITY : Date.parse(date);
    if (!isRecord(body) || !Array.isArray(body.value) || !body.value.every(isRecord))
      throw new SourceFault('broken', 'The answer is not the feed of a form.');
    if (isIncremental) for (const submission of body.value) newest = laterOf(newest, submission, started);
    const rows = body.value.map((submission) => flattenSubmission(submission as Row, separator));
    if (rows.length > 0) yield { rows, ...(newest === undefined ? {} : { cursor: newest }) };
    next = followed(query, body['@odata.nextLink']);
  }
}

function laterOf(newest: string | undefined, submission: unknown, started: number): string | undefined {
  const moments = ['/__system/submissionDate', '/__system/updatedAt']
    .map((pointer) => valueAt(submission, pointer))
    .filter((moment): moment is string => typeof moment === 'string' && !Number.isNaN(Date.parse(moment)));
  const limit = Math.min(Math.max(...moments.map((moment) => Date.parse(moment))), started);
  if (moments.length === 0 || (newest !== undefined && limit <= Date.parse(newest))) return newest;
  return new Date(limit).toISOString();
}

/** Of the link only its query counts: behind a proxy it may name another host, and our credentials go to none. */
function followed(query: URLSearchParams, link: unknown): URLSearchParams | undefined {
  if (link === undefined || link === null || link === '') return undefined;
  const at = String(link).indexOf('?');
  const given = new URLSearchParams(at === -1 ? '' : String(link).slice(at + 1));
  const token = given.get('$skiptoken') ?? undefined;
  const skip = given.get('$skip') ?? undefined;
  if (token === undefined && skip === undefined)
    throw new SourceFault('broken', 'The link to the next page of the form leads nowhere.');
  const next = new URLSearchParams(query);
  if (token !== undefined) next.set('$skiptoken', token);
  if (skip !== undefined) next.set('$skip', skip);
  return next;
}
