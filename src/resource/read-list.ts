import { createHash, hash } from 'node:crypto';
import { type Sql, sql } from '../platform/db/index.ts';
import type { Access } from './access.ts';
import { type Count, countRows, exactBelow, isSmallTable } from './count-rows.ts';
import type { ReadContext } from './declaration.ts';
import { type Cursor, writeCursor } from './pure/cursor.ts';
import { expressionColumn, findColumn, type Model, tableOf } from './pure/model.ts';
import { cursorScope, parseList } from './pure/parse-list.ts';
import { type PageRow, type Plan, planMatches, planPage, planRows, type Source } from './pure/plan-list.ts';
import { type ListQuery, maxRows } from './pure/query.ts';
import { jsonRow } from './pure/render.ts';
import { hasSlowLookup, joinsOf } from './pure/statement.ts';
import { modelNamed, type Resources, remember } from './resources.ts';
import { readRows } from './run-plan.ts';
import { findTopLocation } from './top-location.ts';

export interface ListAnswer {
  body: string;
  /** The objects alone, as JSON text separated by commas. */
  objects: string;
  total: number | null;
  links: { next: string | null; previous: string | null };
}

/** A page as the finished JSON text of its envelope. `path` is what `next` and `previous` begin with. */
export async function readList(
  resources: Resources,
  model: Model,
  parsed: ListQuery,
  access: Access,
  path: string,
): Promise<ListAnswer> {
  const { query, source } = await narrowed(resources, model, parsed, access);
  const isData = model.declaration.envelope === 'data';
  const page = await readPage(resources, model, query, access, source);
  const { row, count } = page;
  const links = isData ? { next: null, previous: null } : linksOf(resources, model, query, page, path);
  const objects = row.body ?? '';
  if (isData) return { body: dataBody(query, objects, count, row.n), links, objects, total: count.total };
  const extra = await model.declaration.hooks?.meta?.(query.parameters, readContext(resources, access), {
    isFiltered: query.condition.length > 0,
    rows: () => sqlOf(planMatches(model, query, access, source, 't.*')),
  });
  const meta = JSON.stringify({
    limit: query.limit,
    offset: query.position?.offset ?? query.offset,
    total_count: count.total,
    next: links.next,
    previous: links.previous,
    top_lvl_location_id: await findTopLocation(resources, access, row.snapshot),
    get_params: query.received,
    ...(count.estimated ? { count: 'estimated' } : {}),
    ...extra,
  });
  return { body: `{"meta":${meta},"objects":[${objects}],"error":null}`, links, objects, total: count.total };
}

/** The declaration's own conditions and SQL, which hooks may take from the database. */
export async function narrowed(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
): Promise<{ query: ListQuery; source: Source }> {
  const { hooks, list_source } = model.declaration;
  const context = readContext(resources, access);
  const source =
    list_source === undefined
      ? sourceOf(resources, model, access, query.parameters)
      : { sql: await list_source(query.parameters, context) };
  if (!hooks?.select) return { query, source };
  const condition = [...query.condition];
  const used: { joins: NonNullable<ReturnType<typeof findColumn>>['joins'] }[] = [];
  let { fields } = query;
  await hooks.select(
    {
      column: (path) => {
        const column = findColumn(model, path);
        if (!column) throw new Error(`${model.name} has no field ${path}`);
        used.push(column);
        return sql.raw(column.sql);
      },
      where: (piece) => {
        condition.push({ sql: piece, joins: [...joinsOf(used).values()] });
      },
      only: (names) => {
        fields = fields.filter((column) => names.includes(column.path));
      },
      add: (name, type, expression) => {
        fields = [...fields, expressionColumn(name, type, expression)];
      },
      replace: (name, type, expression) => {
        fields = fields.map((column) => (column.path === name ? expressionColumn(name, type, expression) : column));
      },
    },
    query.parameters,
    context,
  );
  return { query: { ...query, condition, fields }, source };
}

function readContext(resources: Resources, access: Access): ReadContext {
  return { db: resources.deps.db, access, list: (name) => wholeList(resources, modelNamed(resources, name), access) };
}

/** All that the caller sees of a resource, rendered as its own list renders it, for use inside another statement. */
function wholeList(resources: Resources, model: Model, access: Access): Sql {
  const { cursorKey } = resources.deps;
  const query = parseList(model, { raw: {}, format: 'ndjson', preferredCount: undefined, cursorKey }, access);
  const plan = planRows(
    model,
    query,
    access,
    { table: tableOf(model) },
    (_, sql) => sql,
    (parts) => `${jsonRow(query.fields, (_, index) => parts[index]!)} as line`,
  );
  return sql`coalesce((select '[' || string_agg(line, ',') || ']' from (${sqlOf(plan)}) rows), '[]')`;
}

/** A finished statement as a piece of another one. Placeholders inside quoted text are text. */
function sqlOf({ text, values }: Plan): Sql {
  const pieces: Sql[] = [];
  let at = 0;
  for (const match of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g)) {
    if (match[1] === undefined) continue;
    pieces.push(sql.raw(text.slice(at, match.index)), sql`${values[Number(match[1]) - 1]}`);
    at = match.index + match[0].length;
  }
  return sql.join([...pieces, sql.raw(text.slice(at))], sql.raw(''));
}

/** The table, or the SQL a declaration gives for these parameters. */
export function sourceOf(
  resources: Resources,
  model: Model,
  access: Access,
  parameters: ListQuery['parameters'] = {},
): Source {
  const { object_class } = model.declaration;
  return typeof object_class === 'string'
    ? { table: tableOf(model) }
    : { sql: object_class(parameters, readContext(resources, access)) };
}

interface Page {
  row: PageRow;
  count: Count;
  hasMore: boolean;
  n: number;
}

async function readPage(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
): Promise<Page> {
  const slow = hasSlowLookup(query.condition);
  const together = query.count === 'exact' || (query.count === undefined && (await isSmallTable(resources, model)));
  const lookAhead = !together || query.position !== undefined;
  const { knownCounts } = resources;
  const plan = planPage(model, query, access, {
    source,
    knownCounts,
    countUpTo: !together ? undefined : query.count === 'exact' ? Number.MAX_SAFE_INTEGER : exactBelow + 1,
    lookAhead,
  });
  const row = (await readRows<PageRow>(resources, plan, slow))[0]!;
  const total = row.total ?? plan.known?.found ?? null;
  if (row.total !== null) remember(knownCounts, plan.countKey!, { found: row.total, snapshot: row.snapshot });
  const n = Math.min(row.n, query.limit);
  const count = together
    ? { total, estimated: false }
    : await countUnlessShown(resources, model, query, access, source, row);
  const hasMore = lookAhead ? row.n > query.limit : query.offset + n < (count.total ?? 0);
  return { row, count, hasMore, n };
}

/** A first page that shows everything has counted itself. */
async function countUnlessShown(
  resources: Resources,
  model: Model,
  query: ListQuery,
  access: Access,
  source: Source,
  row: PageRow,
): Promise<Count> {
  const showsAll = query.position === undefined && query.offset === 0 && row.n <= query.limit;
  if (showsAll && query.count !== 'none') return { total: row.n, estimated: false };
  return await countRows(resources, model, query, access, source);
}

/** Relative links. Both ends are cursors, so that deep pages cost what the first one does. */
function linksOf(resources: Resources, model: Model, query: ListQuery, page: Page, path: string) {
  const { row, n, hasMore } = page;
  const back = query.position?.back ?? false;
  const offset = query.position?.offset ?? query.offset;
  const hasNext = n > 0 && (back || hasMore);
  const hasPrevious = n > 0 && (back ? hasMore : query.position !== undefined || query.offset > 0);
  const link = (cursor: Pick<Cursor, 'back' | 'values' | 'offset'>) => {
    const text = writeCursor(
      { resource: model.name, ...cursorScope(model, query), ...cursor },
      resources.deps.cursorKey,
    );
    const { offset: _, cursor: __, ...rest } = query.received;
    return `${path}?${new URLSearchParams({ ...rest, limit: String(query.limit), cursor: text })}`;
  };
  return {
    next: hasNext && row.last ? link({ back: false, values: row.last, offset: offset + n }) : null,
    previous:
      hasPrevious && row.first
        ? link({ back: true, values: row.first, offset: Math.max(0, offset - query.limit) })
        : null,
  };
}

function dataBody(query: ListQuery, objects: string, count: Count, n: number): string {
  if (query.page) {
    const { page, perPage } = query.page;
    return `{"data":[${objects}],"page":${page},"per_page":${perPage},"total":${count.total ?? n}}`;
  }
  const isTruncated = count.total !== null && count.total > maxRows;
  return `{"data":[${objects}]${isTruncated ? `,"total":${count.total},"truncated":true` : ''}}`;
}

/** A list is the same text until something in it changes: weak, because its envelope may be written differently. */
export const listTag = (body: string): string => `W/"${hash('sha1', body, 'base64url')}"`;
export const objectTag = (body: string): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
