import { type Kind, lockPeriods } from '../aggregates/index.ts';
import { raw, type Sql, sql, type Tx } from '../platform/db/index.ts';
import { dayReading, declaredMissing, firstYearOfValues, foundMark, numberReading } from './cell-sql.ts';
import { maxCode } from './pure/column-roles.ts';

/**
 * SQL that makes values of rows: which rows and cells are concerned, what each cell means, what changes in datapoint, and
 * what is an issue instead. A number of statements that depends on nothing.
 */

/** What is to be derived: whole documents, or in all their documents what these codes are part of. */
export interface Concern {
  documentIds: readonly number[];
  /** Undefined: everything of the documents. */
  mapIds: readonly number[] | undefined;
  /** SQL of (document_id, row_number): only these, and rows with the same key. */
  rows?: Sql | undefined;
  /** Rows of (document_id, map_id, indicator_id, raw): all different texts of the cells, where they are known already. */
  texts?: Sql | undefined;
}

/** One value of a detail of a document; undefined in SQL is null. */
export const detail = (document: Sql, name: string): Sql => sql`(select btrim(x.doc_detail_value) from doc_detail x
  join doc_detail_type y on y.id = x.doc_detail_type_id where x.document_id = ${document} and y.name = ${name})`;

/** Of an indicator `i`: counts and amounts are added up where a document sums, percentages, days, yes and no, categories never. */
const isAddable = sql`i.data_format in ('int', 'float')`;

/** Tables of this transaction; empty, and there until the connection ends. */
export async function prepareDerivation(tx: Tx): Promise<void> {
  await tx.exec(sql`
    create temp table if not exists derived_row (id bigint, document_id integer, row_number integer, line bigint,
      location_id integer, campaign_id integer, data_date date, problem text, duplicate_of integer, is_open boolean,
      is_whole boolean) on commit delete rows;
    create temp table if not exists derived_column (document_id integer, position integer, column_name text, map_id integer,
      indicator_id integer, is_concerned boolean, is_shared boolean) on commit delete rows;
    create temp table if not exists derived_cell (document_id integer, row_number integer, line bigint, column_name text,
      map_id integer, indicator_id integer, location_id integer, campaign_id integer, data_date date, raw text, position integer,
      is_shared boolean)
      on commit delete rows;
    create temp table if not exists derived_text (document_id integer, map_id integer, raw text, value numeric,
      is_missing boolean, severity text, code text, message text, suggestion text) on commit delete rows;
    create temp table if not exists derived_value (document_id integer, source_row integer, source_column text,
      indicator_id integer, location_id integer, campaign_id integer, data_date date, value numeric, raw text)
      on commit delete rows;
    create temp table if not exists derived_touch (indicator_id integer, location_ids integer[], campaign_id integer,
      data_date date, document_id integer) on commit delete rows;
    create temp table if not exists derived_superseded (document_id integer, row_number integer) on commit delete rows;
    truncate derived_superseded, derived_row, derived_column, derived_cell, derived_text, derived_value, derived_touch`);
}

/** The rows concerned, with what their codes mean, and the columns of values; `is_open` as long as place or period is not mapped. */
export async function insertDerivedRows(tx: Tx, { documentIds, mapIds, rows }: Concern): Promise<void> {
  const maps = sql`${mapIds === undefined ? null : [...mapIds]}::int[]`;
  // Where one value depends on more than its cell: it is added up, or another column of its row says the same, or did, or it
  // counts as long as another place with its key is outside what the uploader may enter.
  const isLinked = sql`coalesce(${detail(sql`d.id`, 'duplicates')}, 'last') <> 'last'
    or exists (select 1 from document_column c join source_object_map m on m.id = c.source_object_map_id
      where c.document_id = d.id and c.role = 'indicator' and m.master_object_id > 0 and not m.is_ignored
      group by m.master_object_id having count(*) > 1)
    or exists (select 1 from document_issue i where i.document_id = d.id and i.row_number is null and i.code = 'duplicate_column')
    or exists (select 1 from document_issue i where i.document_id = d.id and i.code = 'duplicate_place')
    or exists (select 1 from source_object_map m join document_code c on c.source_object_map_id = m.id and c.document_id = d.id
      join source_object_map o on o.content_type = m.content_type and o.master_object_id = m.master_object_id and o.id <> m.id
      join document_code oc on oc.source_object_map_id = o.id and oc.document_id = d.id
      where m.id = any(${maps}) and m.content_type <> 'indicator' and m.master_object_id > 0 and not m.is_ignored and not o.is_ignored)
    or d.capture_tops is not null and exists (select 1 from document_column c where c.document_id = d.id and c.role = 'unique_key')`;
  // A code of an indicator's column concerns that column in every row, one in a long file the rows that name it.
  const isWhole =
    mapIds === undefined
      ? sql`true`
      : sql`d.is_linked or s.location_map_id = any(${maps}) or s.campaign_map_id = any(${maps})
    or s.indicator_map_id = any(${maps})`;
  const isPart = mapIds !== undefined || rows !== undefined;
  await tx.exec(sql`
    insert into derived_row
    select s.id, s.document_id, s.row_number, s.line, l.id, p.id, s.data_date,
      case when s.problem is not null then s.problem
        when l.id is not null and d.capture_tops is not null and not exists (select 1 from location_tree t
          where t.location_id = l.id and t.parent_location_id = any(d.capture_tops)) then 'outside_scope' end,
      s.duplicate_of, not (l.id is not null and (p.id is not null or d.file_type = 'date')), w.is_whole
    from (select d.* ${isPart ? sql`, ${isLinked} as is_linked` : sql``} from source_doc d
        where d.id = any(${[...documentIds]}::int[]) ${isPart ? sql`offset 0` : sql``}) d
    join source_submission s on s.document_id = d.id
    cross join lateral (select ${isWhole} as is_whole) w
    left join source_object_map lm on lm.id = s.location_map_id and not lm.is_ignored
    left join location l on l.id = lm.master_object_id
    left join source_object_map pm on pm.id = s.campaign_map_id and not pm.is_ignored
    left join campaign p on p.id = pm.master_object_id and d.file_type = 'campaign'
    where (w.is_whole or exists (select 1 from document_column c where c.document_id = d.id and c.source_object_map_id = any(${maps})))
      ${
        rows === undefined
          ? sql``
          : sql`and (d.is_linked or (s.document_id, s.row_number) in (${rows})
        or (s.document_id, s.duplicate_of) in (${rows}))`
      }`);
  await tx.exec(sql`analyze derived_row`);
  // A table of its own, so that the planner knows how many columns a row of these documents has.
  await tx.exec(sql`
    insert into derived_column
    select c.document_id, c.position, c.name, m.id, i.id, ${maps} is null or coalesce(c.source_object_map_id = any(${maps}), false),
      i.id is not null and count(*) over (partition by c.document_id, i.id) > 1
    from document_column c join source_doc d on d.id = c.document_id
    left join source_object_map m on m.id = c.source_object_map_id and not m.is_ignored
    left join indicator i on i.id = m.master_object_id and i.resource_name = d.file_type
    where d.id = any(${[...documentIds]}::int[]) and d.state <> 'undone' and (c.role = 'value' or c.role = 'indicator' and i.id is not null)`);
  await tx.exec(sql`analyze derived_column`);
}

/**
 * The cells concerned that lie at a place, in a period and under an indicator; read from their rows each time, since to keep
 * a million of them costs more.
 */
function concernedCells(order?: Sql): Sql {
  // A column is one indicator's, or it holds the values of whatever indicator its row names: two joins, since one over both
  // would meet every row with every code of the document.
  const cells = (mapId: Sql, indicatorId: Sql, columns: Sql) => sql`
    select r.document_id, r.row_number, r.line, c.column_name, ${mapId} as map_id, ${indicatorId} as indicator_id, r.location_id,
      case when r.file_type = 'campaign' then r.campaign_id end as campaign_id,
      case when r.file_type = 'date' then r.data_date end as data_date, coalesce(r.cells[c.position], '') as raw, c.position, c.is_shared
    from placed r join derived_column c on c.document_id = r.document_id and (r.is_whole or c.is_concerned) ${columns}`;
  return sql`
    with placed as materialized (
      select r.*, d.file_type, s.cells, s.indicator_map_id
      from derived_row r join source_doc d on d.id = r.document_id
      join source_submission s on s.id = r.id
      where r.problem is null and r.duplicate_of is null and not r.is_open ${order === undefined ? sql`` : sql`order by ${order}`}
    )
    ${cells(sql`c.map_id`, sql`c.indicator_id`, sql`where c.indicator_id is not null`)}
    union all
    ${cells(
      sql`m.id`,
      sql`i.id`,
      sql`join source_object_map m on m.id = r.indicator_map_id and not m.is_ignored
      join indicator i on i.id = m.master_object_id and i.resource_name = r.file_type where c.indicator_id is null`,
    )}`;
}

const itsText = sql`t.document_id = c.document_id and t.map_id = c.map_id and t.raw = c.raw`;

/**
 * What each different text of a column means (monitoring §7.5), in whole-column reasoning for marks, days and per cent.
 * Texts and not cells: most columns say the same few things again and again. Of cells that are added up the bounds are those
 * of the sum.
 */
export async function readTexts(tx: Tx, { texts }: Concern): Promise<void> {
  await tx.exec(sql`
    with setting as materialized (
      select d.id as document_id, d.decimal, d.thousands, coalesce(d.sums, false) as sums, case when position('%' in d.date_order) > 0 then btrim(d.date_order) else upper(btrim(d.date_order)) end as date_order, d.percent,
        ${declaredMissing(sql`d.missing`)} as missing,
        case when d.decimal in ('.', ',') then d.decimal when d.thousands = ',' then '.' when d.thousands = '.' then ',' end as mark
      from (select d.id, ${detail(sql`d.id`, 'decimal')} as decimal, ${detail(sql`d.id`, 'thousands')} as thousands,
          ${detail(sql`d.id`, 'date_order')} as date_order, ${detail(sql`d.id`, 'percent')} as percent,
          ${detail(sql`d.id`, 'missing_values')} as missing, ${detail(sql`d.id`, 'duplicates')} = 'sum' as sums
        from source_doc d where d.id in (select document_id from derived_row)) d
    ), text as materialized (
      select document_id, map_id, indicator_id, raw from (${texts ?? concernedCells()}) c group by 1, 2, 3, 4
    ), said as materialized (
      select t.document_id, t.map_id, t.raw, i.short_name, i.data_format as format, i.min, i.max, i.categories, s.percent,
        n.said, n.has_percent, n.point, n.comma, n.is_missing or lower(n.said) = any(s.missing) as is_missing, lower(n.said) as low,
        coalesce(s.mark, ${foundMark}) as mark,
        s.mark is not null as is_declared, s.sums and ${isAddable} as is_added, s.date_order, c.day_first_only, c.month_first_only
      from text t join setting s using (document_id)
      join document_code c on c.document_id = t.document_id and c.source_object_map_id = t.map_id
      join indicator i on i.id = t.indicator_id
      cross join lateral (${numberReading(sql`t.raw`, [])}) n
    ), read as materialized (
      select s.*, y.day, y.is_open_day, k.category,
        case when s.is_declared and s.mark = '.' then s.point when s.is_declared then s.comma
          when s.comma is null or s.point = s.comma then s.point when s.point is null then s.comma
          when s.mark = '.' then s.point when s.mark = ',' then s.comma end / case when s.has_percent then 100 else 1 end as number
      from said s
      left join lateral (
        select d.iso, d.short_year, case when d.iso is not null then d.iso
            when position('%' in s.date_order) > 0 then (select p.day from day_by_pattern(s.raw, s.date_order) as p (day) where p.day >= ${firstYearOfValues * 10_000}::int)
            when s.date_order = 'YMD' then d.year_first when s.date_order = 'DMY' then d.day_first
            when s.date_order = 'MDY' then d.month_first when d.short_year then null
            when d.year_first is not null then d.year_first
            when d.day_first = d.month_first or d.month_first is null then d.day_first
            when d.day_first is null then d.month_first
            when s.day_first_only > 0 and s.month_first_only = 0 then d.day_first
            when s.month_first_only > 0 and s.day_first_only = 0 then d.month_first end as day,
          s.date_order is null and (d.day_first is not null or d.month_first is not null or d.year_first is not null) as is_open_day
        from (${dayReading(sql`s.raw`, firstYearOfValues)}) d offset 0) y on s.format in ('date', 'date_int') and not s.is_missing
      left join lateral (
        select (c->>'value')::numeric as category from jsonb_array_elements(coalesce(s.categories, '[]')) c
        where lower(btrim(c->>'label')) = s.low or s.point = (c->>'value')::numeric order by lower(btrim(c->>'label')) <> s.low limit 1
      ) k on s.format = 'class' and not s.is_missing
    ), meant as materialized (
      select r.*, case r.format
          when 'bool' then case when r.low in ('yes', 'true', 'y', '1') or r.number = 1 then 1 when r.low in ('no', 'false', 'n', '0') or r.number = 0 then 0 end
          when 'class' then r.category when 'date' then r.day when 'date_int' then r.day
          when 'pct' then case when r.has_percent or r.percent = 'fraction' then r.number when r.percent = 'hundred' then r.number / 100
            when r.number <= 1 then r.number end
          else r.number end as value
      from read r
    ), judged as materialized (
      select m.*, case
          when m.is_missing then null
          when m.value is null then case m.format
            when 'bool' then 'not_a_boolean' when 'class' then 'unknown_category'
            when 'date' then case when m.is_open_day then 'ambiguous_date' else 'not_a_date' end
            when 'date_int' then case when m.is_open_day then 'ambiguous_date' else 'not_a_date' end
            else case when m.number is not null then 'ambiguous_percent'
              when m.point <> m.comma and not m.is_declared then 'ambiguous_number' else 'not_a_number' end end
          when m.is_added then case when m.format = 'int' and m.value <> trunc(m.value) then 'fractional_int' end
          when m.value < m.min or m.value > m.max then 'out_of_range'
          when m.format = 'pct' and (m.value < 0 and m.min is null or m.value > 1 and m.max is null) then 'out_of_range'
          when m.format = 'int' and m.value < 0 and m.min is null then 'out_of_range'
          when m.format = 'int' and m.value <> trunc(m.value) then 'fractional_int' end as code,
        case when m.value is null or not m.is_added and (m.value < m.min or m.value > m.max) then 'error' else 'warning' end as severity
      from meant m
    )
    insert into derived_text (document_id, map_id, raw, value, is_missing, severity, code, message, suggestion)
    select j.document_id, j.map_id, j.raw, case when j.is_missing or j.code is not null and j.severity = 'error' then null else trim_scale(j.value) end,
      j.is_missing, case when j.code is not null then j.severity end, j.code,
      case j.code
        when 'not_a_boolean' then format('%s is yes or no, not %s', j.short_name, j.said)
        when 'unknown_category' then format('%s is no category of %s', j.said, j.short_name)
        when 'ambiguous_date' then format('%s can be more than one day', j.said)
        when 'not_a_date' then format('%s is no day', j.said)
        when 'ambiguous_percent' then format('%s may be a fraction or of a hundred', j.said)
        when 'ambiguous_number' then format('%s is %s or %s', j.said, trim_scale(j.point), trim_scale(j.comma))
        when 'not_a_number' then format('%s is no number', j.said)
        when 'out_of_range' then case when j.value < j.min then format('%s must not be below %s', j.short_name, j.min)
          when j.value > j.max then format('%s must not be above %s', j.short_name, j.max)
          when j.format = 'pct' then format('%s is a fraction, usually between 0 and 1, not %s', j.short_name, trim_scale(j.value))
          else format('%s is usually not negative', j.short_name) end
        when 'fractional_int' then format('%s is a whole number, not %s', j.short_name, trim_scale(j.value)) end,
      case j.code
        when 'ambiguous_date' then 'declare date_order: DMY, MDY, YMD or a pattern' when 'ambiguous_percent' then 'declare percent: fraction or hundred'
        when 'ambiguous_number' then 'declare decimal: . or ,'
        when 'unknown_category' then (select 'one of ' || string_agg(c->>'label', ', ') from jsonb_array_elements(j.categories) c)
        when 'not_a_boolean' then 'yes, no, true, false, y, n, 1 or 0' end
    from judged j`);
  await tx.exec(sql`analyze derived_text`);
}

/** The cells whose texts say nothing, or not without objection. */
export async function insertDoubtfulCells(tx: Tx): Promise<void> {
  await tx.exec(sql`
    insert into derived_cell select c.* from (${concernedCells()}) c join derived_text t on ${itsText}
    where (t.is_missing or t.code is not null)
      -- Of a clean document no row is read again.
      and exists (select 1 from derived_text where is_missing or code is not null)`);
  await tx.exec(sql`analyze derived_cell`);
}

/**
 * The values, one a cell; of columns that are the same indicator's the last one of each row that says something, whichever
 * was mapped first. They are never looked at in a document without such columns. Where a document sums what it says of a
 * cell twice, one a sum, told by its last row: neither sums outside declared bounds, nor what cannot be added. Period by
 * period, as the indexes of values want them: to sort rows costs less than to sort their cells.
 */
const derivedValues = (hasSuperseded: boolean): Sql => sql`
    with cell as not materialized (
      select c.document_id, c.row_number, c.column_name, c.indicator_id, c.location_id, c.campaign_id, c.data_date, t.value, c.raw, c.position,
        c.is_shared
      from (${concernedCells(sql`r.campaign_id, r.data_date, r.location_id, r.row_number`)}) c join derived_text t on ${itsText}
      where t.value is not null ${
        hasSuperseded
          ? sql`and not exists (select 1 from derived_superseded x where x.document_id = c.document_id and x.row_number = c.row_number)`
          : sql``
      }
    ), how as materialized (
      select d.id, coalesce(${detail(sql`d.id`, 'duplicates')}, 'last') as duplicates from source_doc d
      where d.id in (select document_id from derived_row)
    )
    select c.document_id, c.row_number, c.column_name, c.indicator_id, c.location_id, c.campaign_id, c.data_date, c.value, c.raw
    from cell c join how h on h.id = c.document_id and h.duplicates = 'last'
    where not c.is_shared and exists (select 1 from how where duplicates = 'last')
    union all
    (select distinct on (c.document_id, c.row_number, c.indicator_id) c.document_id, c.row_number, c.column_name, c.indicator_id,
      c.location_id, c.campaign_id, c.data_date, c.value, c.raw
    from cell c join how h on h.id = c.document_id and h.duplicates = 'last'
    where c.is_shared and exists (select 1 from derived_column where is_shared)
    order by c.document_id, c.row_number, c.indicator_id, c.position desc)
    union all
    select c.document_id, max(c.row_number), (array_agg(c.column_name order by c.row_number desc, c.position desc))[1], c.indicator_id,
      c.location_id, c.campaign_id, c.data_date, sum(c.value), string_agg(c.raw, ' + ' order by c.row_number, c.position)
    from cell c join how h on h.id = c.document_id and h.duplicates = 'sum' join indicator i on i.id = c.indicator_id
    where exists (select 1 from how where duplicates = 'sum')
    group by c.document_id, c.indicator_id, c.location_id, c.campaign_id, c.data_date, i.id
    having case when ${isAddable} then (sum(c.value) < i.min or sum(c.value) > i.max) is not true else count(*) = 1 end
    union all
    select c.document_id, min(c.row_number), min(c.column_name), c.indicator_id, c.location_id, c.campaign_id, c.data_date, min(c.value), min(c.raw)
    from cell c join how h on h.id = c.document_id and h.duplicates = 'error'
    where exists (select 1 from how where duplicates = 'error')
    group by c.document_id, c.indicator_id, c.location_id, c.campaign_id, c.data_date having count(*) = 1`;

export interface ValueChanges {
  new: number;
  changed: number;
  unchanged: number;
  retracted: number;
}

/** Live values of the documents that what is derived takes the place of. */
const concernedValues = ({ mapIds, rows }: Concern): Sql => sql`
  select p.id, p.document_id, p.source_row, p.source_column, p.indicator_id, p.location_id, p.campaign_id, p.data_date, p.value, p.raw
  from source_doc d join datapoint p on p.dataset_id = d.dataset_id and p.revision = d.revision and p.origin = 'document'
    and p.document_id = d.id and p.retracted_at is null
  where d.id in (select document_id from derived_row) ${
    mapIds === undefined && rows === undefined
      ? sql``
      : sql`and exists (select 1 from derived_row r where r.document_id = d.id and r.row_number = p.source_row
      and (r.is_whole or exists (select 1 from document_column c where c.document_id = d.id and c.name = p.source_column
        and c.source_object_map_id = any(${[...(mapIds ?? [])]}::int[]))))`
  }`;

/**
 * Replaces the documents' values: what is the same stays, what is not goes into history and comes anew. Cells that a
 * change touches are in `derived_touch` afterwards.
 */
export async function replaceValues(
  tx: Tx,
  concern: Concern,
  hasSuperseded: boolean,
  runId: string | null,
  userId: string | null,
): Promise<ValueChanges> {
  const { isFirst } = await tx.one<{ isFirst: boolean }>(
    sql`select not exists (${concernedValues(concern)}) as "isFirst"`,
  );
  // Most documents come once: nothing to compare with, and what came needs not be told from what was there.
  if (isFirst) return await insertFirstValues(tx, hasSuperseded, runId);
  await tx.exec(sql`insert into derived_value ${derivedValues(hasSuperseded)}`);
  await tx.exec(sql`analyze derived_value`);
  const periods = sql`select campaign_id, data_date from (${concernedValues(concern)}) l union all select campaign_id, data_date from derived_value`;
  await holdPeriods(tx, periods);
  return await tx.one<ValueChanges>(sql`
    with live as materialized (${concernedValues(concern)}),
    kept as materialized (
      select l.id, v.document_id, v.source_row, v.source_column from live l
      join derived_value v on v.document_id = l.document_id and v.source_row = l.source_row and v.source_column = l.source_column
      where (v.indicator_id, v.location_id, v.campaign_id, v.data_date, v.value, v.raw)
        is not distinct from (l.indicator_id, l.location_id, l.campaign_id, l.data_date, l.value, l.raw)
    ), gone as (
      update datapoint p set retracted_at = now(), retracted_by = ${userId}::uuid
      from live l where p.id = l.id and not exists (select 1 from kept k where k.id = l.id)
      returning p.document_id, p.source_row, p.source_column, p.indicator_id, p.location_id, p.campaign_id, p.data_date
    ), come as (
      ${insertValues(
        runId,
        raw('derived_value'),
        sql`where not exists (select 1 from kept k where k.document_id = v.document_id and k.source_row = v.source_row
        and k.source_column = v.source_column)`,
      )}
      returning document_id, source_row, source_column, indicator_id, location_id, campaign_id, data_date
    ), touched as (
      ${insertTouched(sql`(select indicator_id, location_id, campaign_id, data_date, document_id from gone
        union select indicator_id, location_id, campaign_id, data_date, document_id from come)`)}
    ), counted as (
      select (select count(*) from come)::int as come, (select count(*) from gone)::int as gone,
        (select count(*) from kept)::int as kept,
        (select count(*) from come c join gone g using (document_id, source_row, source_column))::int as moved
    )
    select come - moved as new, moved as changed, kept as unchanged, gone - moved as retracted from counted`);
}

/**
 * A value that goes may be written down as its cell (migration 0161): nobody else may write cells of these periods now.
 * `periods` has rows of (campaign_id, data_date).
 */
async function holdPeriods(tx: Tx, periods: Sql): Promise<void> {
  const { campaigns, days } = await tx.one<{ campaigns: number[]; days: string[] }>(sql`
    select coalesce(array_agg(distinct campaign_id) filter (where campaign_id is not null), '{}') as campaigns,
      coalesce(array_agg(distinct data_date::text) filter (where data_date is not null), '{}') as days from (${periods}) p`);
  await lockPeriods(tx, 'campaign', campaigns);
  await lockPeriods(tx, 'date', days);
}

async function insertFirstValues(tx: Tx, hasSuperseded: boolean, runId: string | null): Promise<ValueChanges> {
  const { come } = await tx.one<{ come: number }>(sql`
    with come as (
      ${insertValues(runId, sql`(${derivedValues(hasSuperseded)})`, sql``)}
      returning indicator_id, location_id, campaign_id, data_date, document_id
    ), touched as (${insertTouched(raw('come'))})
    select count(*)::int as come from come`);
  return { new: come, changed: 0, unchanged: 0, retracted: 0 };
}

const insertValues = (runId: string | null, from: Sql, where: Sql): Sql => sql`
  insert into datapoint (indicator_id, location_id, campaign_id, data_date, value, origin, ranked_at, dataset_id, revision,
    document_id, source_row, source_column, raw, run_id)
  select v.indicator_id, v.location_id, v.campaign_id, v.data_date, v.value, 'document', d.created_at, d.dataset_id, d.revision,
    d.id, v.source_row, v.source_column, v.raw, ${runId}::uuid
  from ${from} v (document_id, source_row, source_column, indicator_id, location_id, campaign_id, data_date, value, raw)
  join source_doc d on d.id = v.document_id ${where}`;

/** Of each indicator and period the places, as often as they are named. */
const insertTouched = (cells: Sql): Sql => sql`
  insert into derived_touch (indicator_id, location_ids, campaign_id, data_date, document_id)
  select indicator_id, array_agg(location_id), campaign_id, data_date, document_id from ${cells} c
  group by indicator_id, campaign_id, data_date, document_id`;

export interface Touched {
  cells: number;
  campaigns: number[];
  days: string[];
  locations: number;
}

export async function touchedCells(tx: Tx): Promise<Touched> {
  await tx.exec(sql`analyze derived_touch`);
  // Files name the same places again and again: what is known of a list is known of all its indicators and periods.
  return await tx.one<Touched>(sql`
    with list as materialized (select location_ids, count(*) as times from derived_touch group by location_ids)
    select coalesce(case when count(distinct document_id) = 1
        then (select sum(times * (select count(distinct l) from unnest(location_ids) l)) from list)
        else (select count(*) from (select distinct d.indicator_id, d.campaign_id, d.data_date, l.id
          from derived_touch d cross join lateral unnest(d.location_ids) l (id)) c) end, 0)::int as cells,
      (select count(distinct l.id) from list cross join lateral unnest(location_ids) l (id))::int as locations,
      coalesce(array_agg(distinct campaign_id order by campaign_id) filter (where campaign_id is not null), '{}') as campaigns,
      coalesce(array_agg(distinct data_date::text order by data_date::text) filter (where data_date is not null), '{}') as days
    from derived_touch`);
}

/** For the refresh: rows of (indicator_id, location_ids, period, document_id). */
export const touchedGroups = (kind: Kind): Sql => {
  const period = raw(kind === 'campaign' ? 'campaign_id' : 'data_date');
  return sql`select indicator_id, location_ids, ${period} as period, document_id from derived_touch where ${period} is not null`;
};

const rowMessages: Record<string, [message: string, suggestion: string | null]> = {
  missing_location: ['The row names no place', null],
  missing_campaign: ['The row names no campaign', null],
  missing_date: ['The row names no day', null],
  missing_indicator: ['The row names no indicator', null],
  not_a_date: ['%s is no day', 'a day such as 2015-03-31'],
  ambiguous_date: ['%s can be more than one day', 'declare date_order: DMY, MDY, YMD or a pattern'],
  unknown_row: ['%s is no row of the corrected document', 'row_number as it was downloaded'],
  code_too_long: [`A code has at most ${maxCode} characters`, null],
  outside_scope: ['The place %s is outside what its uploader may enter values for', null],
};

/** Everything that did not become a value, with its reason; of a code or column one, with the number of cells. */
export async function replaceIssues(tx: Tx, { mapIds }: Concern): Promise<void> {
  const maps = sql`${mapIds === undefined ? null : [...mapIds]}::int[]`;
  const concernedColumn = sql`(${maps} is null or i.source_object_map_id = any(${maps}))`;
  await tx.exec(sql`
    delete from document_issue i using (select document_id, bool_or(is_whole) as any_whole from derived_row group by document_id) d
    where i.document_id = d.document_id and not i.of_file and (
      i.row_number is null and (${concernedColumn} or i.code = 'duplicate_column')
      or i.row_number is not null and exists (select 1 from derived_row r where r.document_id = i.document_id
        and r.row_number = i.row_number and (r.is_whole or i.source_object_map_id = any(${maps}))))`);
  const longRole = sql`case when length(s.location_code) > ${maxCode}::int then 'location'
    when length(s.campaign_code) > ${maxCode}::int then 'campaign' else 'indicator_code' end`;
  const said = sql`case r.problem when 'code_too_long' then case ${longRole} when 'location' then s.location_code
      when 'campaign' then s.campaign_code else s.indicator_code end
    when 'outside_scope' then s.location_code when 'not_a_date' then s.date_text when 'ambiguous_date' then s.date_text
    when 'unknown_row' then (select btrim(s.cells[h.position]) from source_doc d
      cross join lateral jsonb_array_elements_text(d.file_header) with ordinality h (name, position)
      where d.id = r.document_id and h.name = 'row_number' limit 1) end`;
  const filled = sql`(select count(*) from document_column c where c.document_id = r.document_id and c.role in ('indicator', 'value')
    and coalesce(s.cells[c.position], '') ~ '[^[:space:]]')::int`;
  await tx.exec(sql`
    with row_text as (select * from jsonb_to_recordset(${JSON.stringify(
      Object.entries(rowMessages).map(([code, [message, suggestion]]) => ({ code, message, suggestion })),
    )}::jsonb) t (code text, message text, suggestion text)),
    how as materialized (
      select d.id, d.file_type, coalesce(${detail(sql`d.id`, 'duplicates')}, 'last') as duplicates from source_doc d
      where d.id in (select document_id from derived_row)
    ), role as materialized (select document_id, role, min(name) as name from document_column
      where document_id in (select id from how) group by document_id, role
    ), shared_meaning as materialized (
      select c.document_id, m.content_type, m.master_object_id
      from document_code c join how h on h.id = c.document_id and h.duplicates = 'last'
      join source_object_map m on m.id = c.source_object_map_id and m.content_type <> 'indicator' and m.master_object_id > 0 and not m.is_ignored
      group by c.document_id, m.content_type, m.master_object_id having count(*) > 1
    )
    insert into document_issue (document_id, row_number, line, column_name, source_object_map_id, location_id, severity, code, raw,
      message, suggestion, cells)
    select r.document_id, r.row_number, r.line, case when r.problem = 'unknown_row' then 'row_number' else (select o.name from role o where o.document_id = r.document_id and o.role = case
        when r.problem = 'code_too_long' then ${longRole}
        when r.problem in ('missing_location', 'outside_scope') then 'location' when r.problem = 'missing_campaign' then 'campaign'
        when r.problem = 'missing_indicator' then 'indicator_code' else 'date' end) end,
      null::int, r.location_id, 'error', r.problem, ${said}, format(t.message, ${said}), t.suggestion,
      ${filled}
    from derived_row r join source_submission s on s.id = r.id join row_text t on t.code = r.problem where r.is_whole
    union all
    select r.document_id, r.row_number, r.line, null::text, null::int, r.location_id, 'error', 'duplicate_row', null::text,
      format('Row %s has the same key and is later', r.duplicate_of), null::text, ${filled}
    from derived_row r join source_submission s on s.id = r.id where r.duplicate_of is not null and r.problem is null and r.is_whole
    union all
    select c.document_id, null::int, null::bigint, case m.content_type when 'indicator' then m.source_object_code
        else (select o.name from role o where o.document_id = c.document_id and o.role = m.content_type) end,
      m.id, null::int, 'error', 'unmapped_' || m.content_type, m.source_object_code,
      format('%s is not mapped to %s', m.source_object_code,
        case m.content_type when 'indicator' then 'an indicator' when 'location' then 'a place' else 'a campaign' end),
      m.suggestions->0->>'name', c.cells
    from document_code c join source_object_map m on m.id = c.source_object_map_id
    where c.document_id in (select id from how) and m.master_object_id = -1 and not m.is_ignored and (${maps} is null or m.id = any(${maps}))
    union all
    select c.document_id, null::int, null::bigint, m.source_object_code, m.id, null::int, 'error', 'wrong_kind', m.source_object_code,
      format('%s is collected per %s', i.short_name, i.resource_name), format('send it in a file of file_type %s', i.resource_name), c.cells
    from document_code c join how d on d.id = c.document_id join source_object_map m on m.id = c.source_object_map_id
      and m.content_type = 'indicator' and not m.is_ignored
    join indicator i on i.id = m.master_object_id and i.resource_name <> d.file_type
    where ${maps} is null or m.id = any(${maps})
    union all
    select c.document_id, c.row_number, c.line, c.column_name, c.map_id, c.location_id, t.severity, t.code, c.raw, t.message, t.suggestion, 1
    from derived_cell c join derived_text t on ${itsText}
    where t.code is not null
    union all
    select c.document_id, c.row_number, c.line, c.column_name, c.map_id, c.location_id, 'error', 'duplicate_cell', c.raw,
      format('The document says %s of this cell', string_agg(c.raw, ' and ') over w), 'declare duplicates: last or sum', 1
    from (select c.*, count(*) over (partition by c.document_id, c.indicator_id, c.location_id, c.campaign_id, c.data_date) as n
      from (${concernedCells()}) c join how h on h.id = c.document_id and h.duplicates = 'error'
      join derived_text t on ${itsText} and t.value is not null
      where exists (select 1 from how where duplicates = 'error')) c
    where c.n > 1 window w as (partition by c.document_id, c.indicator_id, c.location_id, c.campaign_id, c.data_date)
    union all
    select c.document_id, c.row_number, c.line, c.column_name, c.map_id, c.location_id,
      case when c.is_added and not c.is_outside then 'warning' else 'error' end, case when c.is_added then 'out_of_range' else 'duplicate_cell' end,
      c.raw, case when not c.is_added then format('%s values of %s cannot be added up', c.n, c.short_name)
        else case when c.n > 1 then format('The sum of %s cells is %s: ', c.n, trim_scale(c.total)) else '' end
          || case when c.total < c.min then format('%s must not be below %s', c.short_name, c.min)
            when c.total > c.max then format('%s must not be above %s', c.short_name, c.max)
            else format('%s is usually not negative', c.short_name) end end,
      case when not c.is_added then 'declare duplicates: last' end, 1
    from (select c.*, i.short_name, i.data_format, i.min, i.max, ${isAddable} as is_added, count(*) over w as n, sum(t.value) over w as total,
        coalesce(sum(t.value) over w < i.min or sum(t.value) over w > i.max, false) as is_outside
      from (${concernedCells()}) c join how h on h.id = c.document_id and h.duplicates = 'sum'
      join derived_text t on ${itsText} and t.value is not null join indicator i on i.id = c.indicator_id
      where exists (select 1 from how where duplicates = 'sum')
      window w as (partition by c.document_id, c.indicator_id, c.location_id, c.campaign_id, c.data_date)) c
    where case when c.is_added then c.is_outside or c.data_format = 'int' and c.total < 0 and c.min is null else c.n > 1 end
    union all
    select c.document_id, null::int, null::bigint, c.column_name, c.map_id, null::int, 'warning', 'duplicate_column', m.source_object_code,
      format(case when count(distinct c.winner) > 1 then '%s count before it: all are mapped to %s' else '%s counts before it: both are mapped to %s' end,
        string_agg(distinct c.winner, ' and '), i.short_name), 'map one of them to another indicator, or say it is not data', count(*)
    from (select c.*, row_number() over w as rank, first_value(c.column_name) over w as winner
      from (${concernedCells()}) c join how h on h.id = c.document_id and h.duplicates = 'last'
      join derived_text t on ${itsText} and t.value is not null
      where c.is_shared and exists (select 1 from derived_column where is_shared)
      window w as (partition by c.document_id, c.row_number, c.indicator_id order by c.position desc)) c
    join source_object_map m on m.id = c.map_id join indicator i on i.id = c.indicator_id
    where c.rank > 1 group by c.document_id, c.position, c.column_name, c.map_id, m.id, i.id
    union all
    select c.document_id, c.row_number, c.line, (select o.name from role o where o.document_id = c.document_id
        and o.role = case when min(c.place) <> min(c.winning_place) then 'location' else 'campaign' end), null::int, c.location_id, 'warning',
      'duplicate_place', case when min(c.place) <> min(c.winning_place) then min(c.place) else min(c.period) end,
      format('Row %s counts before it: %s means the same', max(c.winner),
        case when min(c.place) <> min(c.winning_place) then min(c.winning_place) else min(c.winning_period) end),
      'map one of the codes to something else, or say it is not data', count(*)
    from (select c.*, s.location_code as place, s.campaign_code as period, first_value(c.row_number) over w as winner,
        first_value(s.location_code) over w as winning_place, first_value(s.campaign_code) over w as winning_period
      from (${concernedCells()}) c join how h on h.id = c.document_id and h.duplicates = 'last'
      join derived_text t on ${itsText} and t.value is not null
      join source_submission s on s.document_id = c.document_id and s.row_number = c.row_number
      where exists (select 1 from shared_meaning) and exists (select 1 from shared_meaning p where p.document_id = c.document_id
          and p.master_object_id = case p.content_type when 'location' then c.location_id else c.campaign_id end)
        and not exists (select 1 from derived_superseded x where x.document_id = c.document_id and x.row_number = c.row_number)
      window w as (partition by c.document_id, c.indicator_id, c.location_id, c.campaign_id, c.data_date
        order by c.row_number desc, c.position desc)) c
    where c.winner <> c.row_number and (c.place, c.period) is distinct from (c.winning_place, c.winning_period)
    group by c.document_id, c.row_number, c.line, c.location_id`);
}

/** What became of each row concerned; rows that say so already are not written. */
export async function markRows(tx: Tx): Promise<void> {
  await tx.exec(sql`
    with failed as materialized (
      select distinct i.document_id, i.row_number from document_issue i
      where i.document_id in (select document_id from derived_row) and i.severity = 'error' and i.row_number is not null
    ), open_column as materialized (
      select c.document_id, c.position, c.role, c.source_object_map_id as map_id from document_column c
      left join source_object_map m on m.id = c.source_object_map_id left join indicator i on i.id = m.master_object_id
      join source_doc d on d.id = c.document_id
      where c.document_id in (select document_id from derived_row) and (c.role = 'value' or c.role = 'indicator'
        and (m.id is null and length(btrim(c.name)) > ${maxCode}::int or not m.is_ignored and (m.master_object_id = -1 or i.resource_name <> d.file_type)))
    ), waiting as materialized (
      select distinct s.id from open_column o join source_submission s on s.document_id = o.document_id
      left join source_object_map m on o.role = 'value' and m.id = s.indicator_map_id
      left join indicator i on i.id = m.master_object_id join source_doc d on d.id = o.document_id
      where coalesce(s.cells[o.position], '') ~ '[^[:space:]]' and (o.role = 'indicator'
        or not coalesce(m.is_ignored, false) and (m.id is null or m.master_object_id = -1 or i.resource_name <> d.file_type))
    ), status as (
      select r.id, r.location_id, case when r.problem is not null then 'REJECTED' when r.duplicate_of is not null then 'DUPLICATE'
          when r.is_open then case when exists (select 1 from source_submission s join source_object_map m
              on m.id in (s.location_map_id, s.campaign_map_id) and m.is_ignored where s.id = r.id) then 'PROCESSED' else 'UNMAPPED' end
          when f.row_number is not null or w.id is not null then 'PARTIAL' else 'PROCESSED' end as process_status
      from derived_row r left join failed f on f.document_id = r.document_id and f.row_number = r.row_number
      left join waiting w on w.id = r.id
    )
    update source_submission s set process_status = t.process_status, location_id = t.location_id from status t
    where s.id = t.id and (s.process_status, s.location_id) is distinct from (t.process_status, t.location_id)`);
}

export interface DocumentCounts {
  rows: number;
  cells: number;
  missing: number;
  issues: Record<string, number>;
  unmapped: { indicator: number; location: number; campaign: number };
}

/** How the documents stand, for the summary. */
export function countDocument(tx: Tx, documentId: number): Promise<DocumentCounts> {
  const unmapped = (
    type: string,
  ) => sql`(select count(*) from document_code c join source_object_map m on m.id = c.source_object_map_id
    where c.document_id = ${documentId} and m.content_type = ${type} and m.master_object_id = -1 and not m.is_ignored)::int`;
  return tx.one<DocumentCounts>(sql`
    select (select count(*) from source_submission where document_id = ${documentId})::int as rows,
      coalesce((select sum(c.rows) from document_code c join source_object_map m on m.id = c.source_object_map_id
        and m.content_type = 'indicator' where c.document_id = ${documentId}), 0)::int as cells,
      (select count(*) from derived_cell c join derived_text t on ${itsText}
        where t.is_missing and c.document_id = ${documentId})::int as missing,
      coalesce((select jsonb_object_agg(i.code, i.n) from (select code, count(*) as n from document_issue
        where document_id = ${documentId} group by code) i), '{}') as issues,
      jsonb_build_object('indicator', ${unmapped('indicator')}, 'location', ${unmapped('location')},
        'campaign', ${unmapped('campaign')}) as unmapped`);
}

/** Everything of one document, also where the document itself is gone already. */
export async function retractValues(
  tx: Tx,
  of: { id: number; datasetId: string; revision: number },
  userId: string | null,
): Promise<number> {
  const live = sql`p.dataset_id = ${of.datasetId} and p.revision = ${of.revision}::int and p.document_id = ${of.id}::int
        and p.origin = 'document' and p.retracted_at is null`;
  await holdPeriods(tx, sql`select p.campaign_id, p.data_date from datapoint p where ${live}`);
  const { n } = await tx.one<{ n: number }>(sql`
    with gone as (
      update datapoint p set retracted_at = now(), retracted_by = ${userId}::uuid
      where ${live}
      returning p.indicator_id, p.location_id, p.campaign_id, p.data_date, p.document_id
    ), touched as (
      ${insertTouched(raw('gone'))}
    )
    select count(*)::int as n from gone`);
  return n;
}
