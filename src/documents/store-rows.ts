import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import copyStreams from 'pg-copy-streams';
import { type Sql, sql, type Tx } from '../platform/db/index.ts';
import { dayReading, firstYearOfValues, numberReading } from './cell-sql.ts';
import { type CellReading, maxCode } from './pure/column-roles.ts';
import type { ReadSheets } from './pure/read-sheets.ts';

/** SQL that takes a document's rows in: staged, their codes looked up, then kept. */

const temporary = ['staged_row', 'staged_text', 'staged_day'] as const;

/** Rows and texts as `writeRows` wrote them, in tables of this transaction. */
export async function copyRows(tx: Tx, rows: string, texts: string): Promise<void> {
  await tx.exec(sql`
    create temp table if not exists staged_row (row_number integer, line bigint, location_code text, campaign_code text,
      date_text text, unique_key text, indicator_code text, corrects_row integer, later integer, filled integer,
      problem text, cells text[]) on commit delete rows;
    create temp table if not exists staged_text (position integer, indicator_code text, raw text, n bigint) on commit delete rows;
    create temp table if not exists staged_day (date_text text, day integer, problem text, date_order text) on commit delete rows`);
  for (const table of temporary) await tx.exec(sql`delete from ${sql.ref(table)}`);
  for (const [table, file] of [
    ['staged_row', rows],
    ['staged_text', texts],
  ] as const) {
    const copy = tx.client.query(copyStreams.from(`copy ${table} from stdin (format csv, null '\\N')`));
    await pipeline(createReadStream(file), copy);
    await tx.exec(sql`analyze ${sql.ref(table)}`);
  }
}

/** Of these columns those with a cell that is not blank. */
export async function filledPositions(tx: Tx, positions: readonly number[]): Promise<number[]> {
  const rows = await tx.many<{ position: number }>(sql`
    select distinct position from staged_text where position = any(${[...positions]}::int[]) and raw ~ '[^[:space:]]'`);
  return rows.map((row) => row.position);
}

/**
 * Reads the days of all rows as one column: an order of day and month that only one row tells holds for all. The column
 * keeps which it was, where it was found and not declared.
 */
export async function readDays(tx: Tx, documentId: number, { dateOrder }: CellReading): Promise<void> {
  await tx.exec(sql`
    with said as materialized (
      select t.date_text, r.* from (select distinct date_text from staged_row where date_text is not null) t
      cross join lateral (${dayReading(sql`t.date_text`)}) r
    ), column_says as (
      select count(*) filter (where day_first is not null and month_first is null) as day_first_only,
        count(*) filter (where month_first is not null and day_first is null) as month_first_only
      from said where iso is null and not short_year
    )
    insert into staged_day (date_text, day, problem, date_order)
    select s.date_text, d.day, case when d.day is null then case when d.is_open then 'ambiguous_date' else 'not_a_date' end end, d.date_order
    from said s cross join column_says c cross join lateral (${chosenDay(dateOrder)}) d`);
  await tx.exec(sql`
    update document_column set date_order = (select string_agg(distinct date_order, ', ' order by date_order) from staged_day)
    where document_id = ${documentId} and role = 'date'`);
}

const chosenDay = (order: CellReading['dateOrder']): Sql => sql`
  select case
      when s.iso is not null then s.iso
      when position('%' in ${order}::text) > 0 then day_by_pattern(s.date_text, ${order}::text)
      when ${order}::text = 'YMD' then s.year_first when ${order}::text = 'DMY' then s.day_first
      when ${order}::text = 'MDY' then s.month_first
      when s.short_year then null
      when s.year_first is not null then s.year_first
      when s.day_first = s.month_first or s.month_first is null then s.day_first
      when s.day_first is null then s.month_first
      when c.day_first_only > 0 and c.month_first_only = 0 then s.day_first
      when c.month_first_only > 0 and c.day_first_only = 0 then s.month_first end as day,
    ${order}::text is null and (s.day_first is not null or s.month_first is not null or s.year_first is not null) as is_open,
    case
      when ${order}::text is not null or s.iso is not null or s.short_year then null
      when s.year_first is not null then 'YMD'
      when s.day_first = s.month_first then null
      when s.day_first is not null and (s.month_first is null or c.day_first_only > 0 and c.month_first_only = 0) then 'DMY'
      when s.month_first is not null and (s.day_first is null or c.month_first_only > 0 and c.day_first_only = 0) then 'MDY' end as date_order`;

/**
 * The rows of the document as they are in the file; those it had before go. `valueColumn` is that of a long file: what stands in
 * it without an indicator is nobody's value.
 */
export async function replaceSubmissions(
  tx: Tx,
  { id, fileType }: { id: number; fileType: 'campaign' | 'date' },
  { missing }: CellReading,
  valueColumn: number | undefined,
): Promise<number> {
  const saysSomething = sql`(select not n.is_missing from (${numberReading(sql`s.cells[${valueColumn ?? null}::int]`, missing)}) n)`;
  await tx.exec(sql`delete from source_submission where document_id = ${id}`);
  return await tx.exec(sql`
    insert into source_submission (id, document_id, instance_guid, row_number, line, location_code, campaign_code,
      indicator_code, date_text, data_date, location_map_id, campaign_map_id, indicator_map_id, problem, duplicate_of, corrects_row, cells, location_id,
      process_status)
    select ${id}::bigint * 10000000 + s.row_number, ${id}::int, coalesce(s.unique_key, (select d.guid from source_doc d where d.id = ${id}) || ':' || s.row_number),
      s.row_number, s.line, s.location_code, s.campaign_code, s.indicator_code, s.date_text,
      make_date(d.day / 10000, d.day / 100 % 100, d.day % 100), l.id, c.id, i.id,
      case when s.problem is not null then s.problem
        when greatest(length(s.location_code), length(s.campaign_code), length(s.indicator_code)) > ${maxCode}::int then 'code_too_long'
        when s.location_code is null then 'missing_location'
        when ${fileType} = 'campaign' and s.campaign_code is null then 'missing_campaign'
        when ${fileType} = 'date' and s.date_text is null then 'missing_date'
        when ${fileType} = 'date' and d.problem is not null then d.problem
        when ${valueColumn !== undefined}::boolean and s.indicator_code is null and ${saysSomething} then 'missing_indicator' end,
      s.later, s.corrects_row, s.cells,
      -- What becomes of most rows: markRows corrects it of the others, instead of writing every row twice.
      p.id, 'PROCESSED'
    from staged_row s
    left join staged_day d on d.date_text = s.date_text
    left join source_object_map l on l.content_type = 'location' and l.source_object_code = s.location_code
    left join location p on p.id = l.master_object_id and not l.is_ignored
    left join source_object_map c on c.content_type = 'campaign' and c.source_object_code = s.campaign_code
    left join source_object_map i on i.content_type = 'indicator' and i.source_object_code = s.indicator_code`);
}

/** A row that is refused competes with nobody: of the rows with its key the last one left counts. */
export async function letRefusedRowsGo(tx: Tx, documentId: number): Promise<void> {
  const isOfDocument = sql`document_id = ${documentId}::int`;
  await tx.exec(sql`
    with grouped as materialized (
      select id, bool_or(problem is not null) over w as any_refused, duplicate_of,
        case when problem is null then nullif(max(row_number) filter (where problem is null) over w, row_number) end as later
      from source_submission
      -- Most documents have none, and their rows are not sorted.
      where ${isOfDocument} and exists (select 1 from source_submission where ${isOfDocument} and problem is not null)
      window w as (partition by coalesce(duplicate_of, row_number))
    )
    update source_submission s set duplicate_of = g.later from grouped g
    where s.id = g.id and g.any_refused and g.duplicate_of is distinct from g.later`);
}

/** Rows the engine could not take in are issues of the document like any other. */
export async function replaceFileIssues(tx: Tx, documentId: number, file: string | undefined): Promise<void> {
  await tx.exec(sql`delete from document_issue where document_id = ${documentId} and of_file`);
  if (file === undefined) return;
  await tx.exec(sql`
    create temp table if not exists staged_issue (row_number integer, line bigint, column_name text, code text, raw text,
      message text) on commit delete rows`);
  await tx.exec(sql`delete from staged_issue`);
  const copy = tx.client.query(copyStreams.from(`copy staged_issue from stdin (format csv, null '\\N')`));
  await pipeline(createReadStream(file), copy);
  await tx.exec(sql`
    insert into document_issue (document_id, row_number, line, column_name, severity, code, raw, message, suggestion, cells, of_file)
    select ${documentId}::int, row_number, line, column_name, 'error', code, raw, message,
      case code when 'surplus_cells' then 'text that holds the delimiter stands in quotes; every column has a header' end, 1, true
    from staged_issue`);
}

/** Columns whose header is too long to be a code: nothing in them has a meaning that could be looked up. */
export async function insertLongHeaders(tx: Tx, documentId: number): Promise<void> {
  await tx.exec(sql`
    insert into document_issue (document_id, column_name, severity, code, raw, message, suggestion, cells, of_file)
    select ${documentId}::int, name, 'error', 'code_too_long', name,
      format('The header of column %s has %s characters, a code at most %s', position, length(btrim(name)), ${maxCode}::int),
      'give the column a shorter header',
      (select coalesce(sum(t.n), 0) from staged_text t where t.position = c.position and t.raw ~ '[^[:space:]]'), true
    from document_column c
    where document_id = ${documentId} and role = 'indicator' and length(btrim(name)) > ${maxCode}::int`);
}

/** Where nobody said which sheet it is, that others were passed over is a finding of the file. */
export async function insertSheetIssue(tx: Tx, documentId: number, { sheet, otherSheets }: ReadSheets): Promise<void> {
  await tx.exec(sql`
    insert into document_issue (document_id, severity, code, raw, message, suggestion, cells, of_file)
    values (${documentId}, 'warning', 'unread_sheets', ${otherSheets.join(', ')},
      format('Only sheet %s was read, not %s', ${sheet}::text, ${otherSheets.join(', ')}::text),
      'declare sheet: its name, or send each sheet as a document of its own', 0, true)`);
}

/**
 * Which codes the document uses, in how many rows and cells, and what the texts of each indicator look like as a whole.
 * Works on the different texts of a column, not on its cells.
 */
export async function replaceDocumentCodes(
  tx: Tx,
  documentId: number,
  isLong: boolean,
  missing: readonly string[],
): Promise<void> {
  await tx.exec(sql`delete from document_code where document_id = ${documentId}`);
  await tx.exec(sql`
    with text as (
      select map_id, raw, sum(n)::int as n, coalesce(raw, '') !~ '[^[:space:]]' as is_blank
      from (${mappedTexts(documentId, isLong)}) t group by map_id, raw
    ), said as materialized (
      select t.map_id, t.n, t.is_blank, t.raw, n.*, d.*
      from text t cross join lateral (${numberReading(sql`t.raw`, missing)}) n cross join lateral (${dayReading(sql`t.raw`, firstYearOfValues)}) d
    ), indicator as (
      select map_id, sum(n)::int as rows, sum(n) filter (where not is_blank)::int as cells,
        count(*) filter (where not is_missing and point is not null and comma is null)::int as point_only,
        count(*) filter (where not is_missing and comma is not null and point is null)::int as comma_only,
        count(*) filter (where point <> comma)::int as point_or_comma,
        count(*) filter (where point <> comma and point <> trunc(point))::int as point_fractions,
        count(*) filter (where point <> comma and comma <> trunc(comma))::int as comma_fractions,
        count(*) filter (where iso is null and not short_year and day_first is not null and month_first is null)::int as day_first_only,
        count(*) filter (where iso is null and not short_year and month_first is not null and day_first is null)::int as month_first_only
      from said group by map_id
    ), code as (
      select 'location' as content_type, location_code as code, count(*)::int as rows, sum(filled)::int as cells
      from staged_row group by location_code
      union all
      select 'campaign', campaign_code, count(*)::int, sum(filled)::int from staged_row group by campaign_code
    )
    insert into document_code (document_id, source_object_map_id, rows, cells, point_only, comma_only, point_or_comma,
      point_fractions, comma_fractions, day_first_only, month_first_only)
    select ${documentId}::int, map_id, rows, coalesce(cells, 0), point_only, comma_only, point_or_comma, point_fractions,
      comma_fractions, day_first_only, month_first_only from indicator
    union all
    select ${documentId}::int, m.id, c.rows, c.cells, 0, 0, 0, 0, 0, 0, 0
    from code c join source_object_map m on m.content_type = c.content_type and m.source_object_code = c.code`);
}

/** (document_id, map_id, indicator_id, raw): the different texts of all cells that are an indicator's, for `readTexts`. */
export const textsOfIndicators = (documentId: number, isLong: boolean): Sql => sql`
  select ${documentId}::int as document_id, t.map_id, i.id as indicator_id, coalesce(t.raw, '') as raw
  from (${mappedTexts(documentId, isLong)}) t
  join source_object_map m on m.id = t.map_id and not m.is_ignored
  join indicator i on i.id = m.master_object_id
  join source_doc d on d.id = ${documentId}::int and d.file_type = i.resource_name`;

/** (map_id, raw, n) of the staged texts whose code is in the memory. */
const mappedTexts = (documentId: number, isLong: boolean): Sql => sql`
  select m.map_id, t.raw, t.n from staged_text t
  join (${mapsOf(documentId, isLong)}) m on ${isLong ? sql`m.code = t.indicator_code` : sql`m.position = t.position`}`;

/** Whose texts a column holds: (map_id, position) of columns, (map_id, code) of codes in a column. */
function mapsOf(documentId: number, isLong: boolean): Sql {
  if (isLong) {
    return sql`select id as map_id, source_object_code as code from source_object_map where content_type = 'indicator'`;
  }
  return sql`select source_object_map_id as map_id, position from document_column
    where document_id = ${documentId} and role = 'indicator' and source_object_map_id is not null`;
}
