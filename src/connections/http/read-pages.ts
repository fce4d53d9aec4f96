import type { ExactJson } from '../../recipes/index.ts';
import type { ConnectorContext, Cursor, Row } from '../connector.ts';
import { largest } from '../pure/largest.ts';
import { valueAt } from '../pure/pointer.ts';
import { stepBack } from '../pure/step-back.ts';
import { SourceFault } from '../source-fault.ts';
import type { HttpConfig, HttpSource } from './http-source.ts';
import { readJson, readLines, recordsOf } from './read-body.ts';
import { send } from './send-request.ts';

/** Page after page, until the source has no next one. */
export async function* readPages(
  connection: HttpConfig,
  source: HttpSource,
  cursor: Cursor | null,
  context: ConnectorContext,
): AsyncGenerator<{ rows: Row[]; cursor?: Cursor }> {
  const first = addressOf(connection.url, source.path);
  for (const [name, value] of Object.entries(source.parameters ?? {})) first.searchParams.set(name, String(value));
  const from = cursor ?? source.cursor?.initial;
  if (source.cursor !== undefined && from !== undefined)
    first.searchParams.set(
      source.cursor.parameter,
      String(stepBack(from, cursor === null ? 0 : source.cursor.overlap)),
    );
  const { pages } = source;
  if (pages?.size !== undefined && pages.size_parameter !== undefined)
    first.searchParams.set(pages.size_parameter, String(pages.size));

  let newest: Cursor | undefined = cursor ?? undefined;
  const seen = new Set<string>();
  let number = 0;
  let url: URL | undefined = pages === undefined ? first : firstPage(first, pages);
  while (url !== undefined) {
    if (seen.has(url.href)) throw new SourceFault('refused', 'The pages of the source lead back to one already read.');
    seen.add(url.href);
    const answer = await send(connection, source, url.href, context);
    let count = 0;
    let body: ExactJson = null;
    const batches =
      source.format === undefined || source.format === 'json' ? jsonRows() : readLines(answer.body, source);
    for await (const rows of batches) {
      count += rows.length;
      for (const row of rows) newest = largest(newest, cursorOf(row, source.cursor?.field));
      yield { rows, ...(newest === undefined ? {} : { cursor: newest }) };
    }
    number += 1;
    url = nextPage({ first, source, number, count, body, link: answer.headers.link });

    async function* jsonRows(): AsyncGenerator<Row[]> {
      body = await readJson(answer.body);
      yield recordsOf(body, source.records);
    }
  }
}

/** Below the connection's own address, and nowhere else: its credentials go along. */
function addressOf(base: string, path: string | undefined): URL {
  if (path === undefined || path === '') return new URL(base);
  const folder = new URL(base);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  const url = URL.canParse(path.replace(/^\/+/, ''), folder.href)
    ? new URL(path.replace(/^\/+/, ''), folder)
    : undefined;
  if (url === undefined || url.origin !== folder.origin || !url.pathname.startsWith(folder.pathname))
    throw new SourceFault('forbidden', 'The path of the query leads out of the connection.');
  return url;
}

function cursorOf(row: Row, field: string | undefined): Cursor | undefined {
  if (field === undefined) return undefined;
  const value = valueAt(row, field);
  if (typeof value === 'string' || typeof value === 'number') return value;
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

function firstPage(first: URL, { by, parameter, start = 1 }: NonNullable<HttpSource['pages']>): URL {
  const url = new URL(first);
  if (by === 'offset') url.searchParams.set(parameter!, '0');
  if (by === 'page') url.searchParams.set(parameter!, String(start));
  return url;
}

interface Answered {
  first: URL;
  source: HttpSource;
  /** Pages read so far. */
  number: number;
  /** Records of the last one. */
  count: number;
  body: ExactJson;
  link: string | undefined;
}

function nextPage({ first, source, number, count, body, link }: Answered): URL | undefined {
  const { pages } = source;
  if (pages === undefined) return undefined;
  const { by, parameter, size, start = 1, next } = pages;
  const url = new URL(first);
  switch (by) {
    case 'link': {
      const given = next === undefined ? nextLink(link) : valueAt(body, next);
      if (given === undefined || given === null || given === '') return undefined;
      if (typeof given !== 'string' || !URL.canParse(given, first.href))
        throw new SourceFault('broken', 'The link to the next page is no address.');
      const followed = new URL(given, first);
      if (followed.origin !== first.origin)
        throw new SourceFault('forbidden', 'The link to the next page leads to another server.');
      return followed;
    }
    case 'cursor': {
      const given = valueAt(body, next!);
      if (given === undefined || given === null || given === '' || given === false) return undefined;
      url.searchParams.set(parameter!, typeof given === 'string' ? given : JSON.stringify(given));
      return url;
    }
    case 'offset':
      if (count < size!) return undefined;
      url.searchParams.set(parameter!, String(number * size!));
      return url;
    case 'page':
      if (count === 0 || (size !== undefined && count < size)) return undefined;
      url.searchParams.set(parameter!, String(start + number));
      return url;
  }
}

/** RFC 8288. */
function nextLink(header: string | undefined): string | undefined {
  for (const [, url, parameters] of (header ?? '').matchAll(/<([^>]*)>((?:\s*;[^,<]*)*)/g))
    if (/;\s*rel="?(?:[^"]*\s)?next(?:\s[^"]*)?"?\s*(;|$)/i.test(parameters ?? '')) return url;
  return undefined;
}
