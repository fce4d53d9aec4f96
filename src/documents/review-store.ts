import { join, type Queryable, raw, type Sql, sql, type Tx } from '../platform/db/index.ts';
import type { Access } from '../resource/index.ts';
import { type ContentType, mappingStatus } from './mapping-store.ts';
import { documentVisible, mappingVisible } from './visible.ts';

/** SQL of the review of codes: many at once, what they were, in and out as CSV. */

export type Decision = 'accept' | 'unmap' | 'ignore' | 'restore';

export interface ReviewFilter {
  ids: number[] | undefined;
  documentId: number | undefined;
  contentType: ContentType | undefined;
  status: string | undefined;
  /** Text the code contains. */
  contains: string | undefined;
  minScore: number | undefined;
  reason: string | undefined;
}

export interface Reviewed {
  id: number;
  content_type: ContentType;
  source_object_code: string;
  from: number;
  master_object_id: number;
  master_object_name: string | null;
  score: number | null;
}

const field = (name: string): Sql => raw(`m."${name}"`);

/**
 * Decides over every code the filter finds, in one statement. Accepting takes the best suggestion where there still is such an
 * object and it is not ambiguous; other codes are left for a person. Only what the caller may map changes.
 */
export async function reviewCodes(
  tx: Tx,
  access: Access,
  filter: ReviewFilter,
  decision: Decision,
): Promise<Reviewed[]> {
  const conditions = reviewed(access, filter);
  const best = sql`(m.suggestions->0->>'master_object_id')::int`;
  const target = { accept: best, unmap: sql`-1`, ignore: sql`m.master_object_id`, restore: sql`m.master_object_id` };
  const ready = {
    accept: sql`m.master_object_id = -1 and not m.is_ignored and jsonb_array_length(m.suggestions) > 0
      and not ${isAmbiguous}
      and case m.content_type when 'indicator' then exists (select 1 from indicator i where i.id = ${best})
        when 'campaign' then exists (select 1 from campaign p where p.id = ${best})
        else exists (select 1 from location l where l.id = ${best} and ${access.where('mapping.write', { location: raw('l.id') })}) end`,
    unmap: sql`m.master_object_id <> -1`,
    ignore: sql`not m.is_ignored`,
    restore: sql`m.is_ignored`,
  };
  return await tx.many<Reviewed>(sql`
    with wanted as materialized (
      select m.id, m.master_object_id as "from", ${target[decision]} as target, (m.suggestions->0->>'score')::float8 as score
      from source_object_map m where ${join(conditions, sql` and `)} and ${ready[decision]} order by m.id for update of m
    ), changed as (
      update source_object_map m set master_object_id = w.target,
        is_ignored = case ${decision}::text when 'ignore' then true when 'restore' then false else m.is_ignored end,
        origin = 'person', mapped_by = ${access.userId}::uuid, updated_at = now()
      from wanted w where m.id = w.id returning m.id, m.content_type, m.source_object_code, m.master_object_id
    )
    select c.*, w."from", case ${decision}::text when 'accept' then w.score end as score, case c.content_type
        when 'indicator' then (select i.short_name from indicator i where i.id = c.master_object_id)
        when 'location' then (select l.name from location l where l.id = c.master_object_id)
        else (select p.name from campaign p where p.id = c.master_object_id) end as master_object_name
    from changed c join wanted w using (id) order by c.content_type, c.source_object_code`);
}

/** Codes the filter finds and `accept` leaves, as another object is as likely. */
export async function countAmbiguous(tx: Tx, access: Access, filter: ReviewFilter): Promise<number> {
  const { n } = await tx.one<{ n: number }>(sql`
    select count(*)::int as n from source_object_map m where ${join(reviewed(access, filter), sql` and `)}
      and m.master_object_id = -1 and not m.is_ignored and ${isAmbiguous}`);
  return n;
}

const isAmbiguous = sql`coalesce((m.suggestions->0->>'is_ambiguous')::boolean, false)`;

/** Those of the filter that the caller may map. */
function reviewed(access: Access, filter: ReviewFilter): Sql[] {
  return [
    mappingVisible('metadata.read', access, field),
    mappingVisible('mapping.write', access, field),
    ...(filter.ids === undefined ? [] : [sql`m.id = any(${filter.ids}::int[])`]),
    ...(filter.documentId === undefined
      ? []
      : [
          sql`exists (select 1 from document_code c where c.source_object_map_id = m.id and c.document_id = ${filter.documentId}::bigint
            and ${documentVisible('document.read', access, raw('c.document_id'))})`,
        ]),
    ...(filter.contentType === undefined ? [] : [sql`m.content_type = ${filter.contentType}`]),
    ...(filter.status === undefined ? [] : [sql`${raw(mappingStatus('m'))} = ${filter.status}`]),
    ...(filter.contains === undefined ? [] : [sql`strpos(lower(m.source_object_code), lower(${filter.contains})) > 0`]),
    ...(filter.minScore === undefined
      ? []
      : [sql`(m.suggestions->0->>'score')::numeric >= ${filter.minScore}::numeric`]),
    ...(filter.reason === undefined ? [] : [sql`m.suggestions->0->>'reason' = ${filter.reason}`]),
  ];
}

export async function findMapping(
  db: Queryable,
  id: number,
  access: Access,
): Promise<{ content_type: ContentType; may: boolean } | undefined> {
  return await db.maybe(sql`select m.content_type, ${mappingVisible('mapping.write', access, field)} as may
    from source_object_map m where m.id = ${id}::bigint and ${mappingVisible('metadata.read', access, field)}`);
}

/** What the code has meant, the newest first; a place the caller does not see is null. */
export function historyOfMapping(db: Queryable, id: number, access: Access): Promise<Record<string, unknown>[]> {
  const seen = access.where('location.read', { location: raw('h.master_object_id') });
  return db.many(sql`
    select h.id::float8 as id, s.master_object_id, case m.content_type
        when 'indicator' then (select i.short_name from indicator i where i.id = s.master_object_id)
        when 'location' then (select l.name from location l where l.id = s.master_object_id)
        else (select p.name from campaign p where p.id = s.master_object_id) end as master_object_name,
      h.is_ignored, h.origin, (select u.number from "user" u where u.id = h.mapped_by) as mapped_by_id, h.at
    from source_object_map_history h join source_object_map m on m.id = h.source_object_map_id
    cross join lateral (select case when m.content_type <> 'location' or h.master_object_id < 0 or ${seen}
      then h.master_object_id end as master_object_id) s
    where h.source_object_map_id = ${id}::int order by h.id desc`);
}

export interface MappingLine {
  content_type: ContentType;
  source_object_code: string;
  /** Code of the object: short_name, location_code, name of the campaign. */
  master_code: string | null;
  is_ignored: boolean;
}

/** What is mapped or no data, by the codes of the objects, so that another instance understands it. */
export function mappingLines(db: Queryable, access: Access, contentType: string | undefined): Promise<MappingLine[]> {
  return db.many(sql`
    select m.content_type, m.source_object_code, case m.content_type
        when 'indicator' then (select i.short_name from indicator i where i.id = m.master_object_id)
        when 'location' then (select l.location_code from location l where l.id = m.master_object_id)
        else (select p.name from campaign p where p.id = m.master_object_id) end as master_code, m.is_ignored
    from source_object_map m where (m.master_object_id > 0 or m.is_ignored) and ${mappingVisible('metadata.read', access, field)}
      and (${contentType ?? null}::text is null or m.content_type = ${contentType ?? null}::text)
    order by m.content_type, m.source_object_code`);
}

export interface ImportedMapping {
  row: number;
  problem: 'unknown_master' | 'ambiguous_master' | 'forbidden' | null;
  outcome: 'created' | 'updated' | 'unchanged';
}

/** Takes lines in, all in one statement; rows with a problem change nothing and are told. Write only without any. */
export async function checkMappingLines(
  tx: Tx,
  access: Access,
  lines: readonly MappingLine[],
): Promise<ImportedMapping[]> {
  await tx.exec(sql`
    create temp table if not exists mapping_line (row integer, content_type text, code text, master integer, is_ignored boolean,
      problem text)
    on commit delete rows`);
  await tx.exec(sql`delete from mapping_line`);
  await tx.exec(sql`
    insert into mapping_line
    select s.row, s.content_type, s.code, f.master, s.is_ignored, case when s.master_code = '' then case when not ${access.where('mapping.write', {})} and not exists (
          select 1 from source_object_map m where m.content_type = s.content_type and m.source_object_code = s.code) then 'forbidden' end
        when f.n = 0 then 'unknown_master'
        when f.n > 1 then 'ambiguous_master'
        when s.content_type = 'location' then case when exists (select 1 from location l where l.id = f.master
          and ${access.where('mapping.write', { location: raw('l.id') })}) then null else 'forbidden' end
        when not ${access.where('mapping.write', {})} then 'forbidden' end
    from (select (r->>'row')::int as row, r->>'content_type' as content_type, r->>'source_object_code' as code,
        coalesce(r->>'master_code', '') as master_code, (r->>'is_ignored')::boolean as is_ignored from jsonb_array_elements(${JSON.stringify(
          lines.map((line, index) => ({ row: index + 1, ...line })),
        )}::jsonb) r) s
    cross join lateral (
      select case when s.master_code = '' then -1 else min(o.id) end as master, count(o.id) as n from (
        select i.id from indicator i where s.content_type = 'indicator' and i.short_name = s.master_code
        union all select l.id from location l where s.content_type = 'location' and l.location_code = s.master_code
        union all select p.id from campaign p where s.content_type = 'campaign' and p.name = s.master_code) o) f`);
  return await tx.many(sql`
    select i.row, case when i.problem is null and m.id is not null and not ${mappingVisible('mapping.write', access, (name) => raw(`m."${name}"`))}
        then 'forbidden' else i.problem end as problem,
      case when m.id is null then 'created' when m.master_object_id = i.master and m.is_ignored = i.is_ignored then 'unchanged' else 'updated' end as outcome
    from mapping_line i left join source_object_map m on m.content_type = i.content_type and m.source_object_code = i.code order by i.row`);
}

export async function writeMappingLines(tx: Tx, access: Access): Promise<void> {
  await tx.exec(sql`
    insert into source_object_map as m (content_type, source_object_code, master_object_id, is_ignored, origin, mapped_by)
    select distinct content_type, code, master, is_ignored, 'import', ${access.userId}::uuid from mapping_line
    order by content_type, code
    on conflict (content_type, source_object_code) do update set master_object_id = excluded.master_object_id,
      is_ignored = excluded.is_ignored, origin = 'import', mapped_by = excluded.mapped_by, updated_at = now()
    where m.master_object_id <> excluded.master_object_id or m.is_ignored <> excluded.is_ignored`);
}

export interface PreviewCell {
  indicator_id: number;
  location_id: number;
  campaign_id: number | null;
  data_date: string | null;
  /** A day of data_format date is text. */
  value: number | string | null;
}

/** What the derivation just made can reach, as far as `visible`: at most so many cells, with their values as of now. */
export function reachedCells(tx: Tx, visible: (location: Sql) => Sql, limit: number): Promise<PreviewCell[]> {
  return tx.many(sql`
    with recursive up (root, id) as (
      select distinct indicator_id, indicator_id from derived_touch
      union select up.root, c.indicator_id from up join indicator_calculation c on c.indicator_component_id = up.id
    ), reached as (
      select distinct up.id as indicator_id, t.parent_location_id as location_id, d.campaign_id, d.data_date
      from derived_touch d join up on up.root = d.indicator_id join location_tree t on t.location_id = any(d.location_ids)
    )
    select r.indicator_id, r.location_id, r.campaign_id, r.data_date::text, ${valueNow(raw('r'))} as value
    from reached r where ${visible(raw('r.location_id'))}
    order by r.campaign_id, r.data_date, r.indicator_id, r.location_id limit ${limit}::int`);
}

/** Values of the same cells, in their order, for whoever asks: outside a transaction what everybody sees. */
export async function valuesOfCells(db: Queryable, cells: readonly PreviewCell[]): Promise<PreviewCell['value'][]> {
  const rows = await db.many<{ value: PreviewCell['value'] }>(sql`
    select ${valueNow(raw('r'))} as value from rows from (jsonb_to_recordset(${JSON.stringify(cells)}::jsonb)
      as (indicator_id int, location_id int, campaign_id int, data_date date)) with ordinality
      r (indicator_id, location_id, campaign_id, data_date, n) order by r.n`);
  return rows.map((row) => row.value);
}

const valueNow = (r: Sql): Sql => sql`case when ${r}.campaign_id is not null
  then (select value_shown(a.indicator_id, a.value) from campaign_cell a where a.campaign_id = ${r}.campaign_id and a.indicator_id = ${r}.indicator_id and a.location_id = ${r}.location_id)
  else (select value_shown(a.indicator_id, a.value) from date_cell a where a.data_date = ${r}.data_date and a.indicator_id = ${r}.indicator_id and a.location_id = ${r}.location_id) end`;

/** The names a reader knows the cells by. */
export function namesOf(
  db: Queryable,
  cells: readonly PreviewCell[],
): Promise<{
  indicators: Record<string, string>;
  locations: Record<string, string>;
  campaigns: Record<string, string>;
}> {
  const ids = (name: 'indicator_id' | 'location_id' | 'campaign_id') => [...new Set(cells.map((cell) => cell[name]))];
  return db.one(sql`select
    coalesce((select jsonb_object_agg(id, short_name) from indicator where id = any(${ids('indicator_id')}::int[])), '{}') as indicators,
    coalesce((select jsonb_object_agg(id, name) from location where id = any(${ids('location_id')}::int[])), '{}') as locations,
    coalesce((select jsonb_object_agg(id, name) from campaign where id = any(${ids('campaign_id')}::int[])), '{}') as campaigns`);
}

export async function setMapping(tx: Tx, id: number, masterId: number): Promise<void> {
  await tx.exec(
    sql`update source_object_map set master_object_id = ${masterId}, is_ignored = false, origin = 'person' where id = ${id}`,
  );
}
