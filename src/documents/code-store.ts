import { type Sql, sql, type Tx } from '../platform/db/index.ts';

/** SQL of the mapping memory: codes of a document, what they may mean. */

/**
 * Of (content_type, code) the one object that has exactly this code or, failing that, exactly this name: two of one name are a
 * question for a person.
 */
const exactly = (codes: Sql): Sql => sql`
  select content_type, code, master_object_id from (
    select distinct on (content_type, code) h.*, count(*) over (partition by content_type, code, rank) as n from (
      select c.content_type, c.code, l.id as master_object_id, 1 as rank from (${codes}) c
        join location l on l.location_code = c.code where c.content_type = 'location'
      union all
      select c.content_type, c.code, l.id, 2 from (${codes}) c
        join location l on folded(l.name) = folded(c.code) and l.name = c.code where c.content_type = 'location'
      union all
      select c.content_type, c.code, i.id, 1 from (${codes}) c
        join indicator i on i.short_name = c.code where c.content_type = 'indicator'
      union all
      select c.content_type, c.code, i.id, 2 from (${codes}) c
        join indicator i on i.name = c.code where c.content_type = 'indicator'
      union all
      select c.content_type, c.code, p.id, 2 from (${codes}) c
        join campaign p on p.name = c.code where c.content_type = 'campaign'
    ) h order by content_type, code, rank
  ) best where n = 1`;

const stagedCodes = (indicatorHeaders: readonly string[]): Sql => sql`
  select 'location' as content_type, location_code as code from staged_row where location_code is not null
  union select 'campaign', campaign_code from staged_row where campaign_code is not null
  union select 'indicator', indicator_code from staged_row where indicator_code is not null
  union select 'indicator', btrim(h) from unnest(${[...indicatorHeaders]}::text[]) h where btrim(h) <> ''`;

/** Nobody has decided about such a code, or what it meant is gone. Workers of versions before wrote `exact` for none. */
const isOpen = sql`m.master_object_id = -1 and not m.is_ignored and (m.origin is null or m.origin = 'exact')`;

/**
 * The codes of staged rows into the memory; what is exactly one object's code or name is mapped at once. In the order of
 * the codes, so that two documents never wait for each other in a ring. Codes a person has unmapped stay so.
 */
export async function insertCodes(tx: Tx, indicatorHeaders: readonly string[]): Promise<void> {
  await tx.exec(sql`
    with code as materialized (${stagedCodes(indicatorHeaders)}),
    fresh as materialized (select c.* from code c where not exists (
      select 1 from source_object_map m where m.content_type = c.content_type and m.source_object_code = c.code))
    insert into source_object_map (content_type, source_object_code, master_object_id, origin)
    select f.content_type, f.code, coalesce(e.master_object_id, -1), case when e.master_object_id is not null then 'exact' end
    from fresh f left join (${exactly(sql`select * from fresh`)}) e using (content_type, code)
    order by 1, 2 on conflict do nothing`);
  await mapExactly(tx, stagedCodes(indicatorHeaders));
}

/**
 * Maps what could not be mapped when the code was first met, and can by now; their ids. Locks what it maps, in order, and
 * nothing else.
 */
export async function mapExactly(tx: Tx, codes: Sql): Promise<number[]> {
  const mapped = await tx.many<{ id: number }>(sql`
    with waiting as materialized (
      select m.content_type, m.source_object_code as code from source_object_map m
      join (${codes}) c on c.content_type = m.content_type and c.code = m.source_object_code where ${isOpen}
    ), found as materialized (
      select m.id, e.master_object_id from source_object_map m
      join (${exactly(sql`select * from waiting`)}) e on e.content_type = m.content_type and e.code = m.source_object_code
      where ${isOpen} order by m.id for update of m
    )
    update source_object_map m set master_object_id = f.master_object_id, origin = 'exact', mapped_by = null, updated_at = now()
    from found f where m.id = f.id returning m.id`);
  return mapped.map((row) => row.id);
}

/** Codes that documents are to be derived by, as some requests have it. */
export const codesAskedFor = (requestIds: readonly number[]): Sql => sql`
  select distinct m.content_type, m.source_object_code as code from source_object_map m
  join mapping_request r on r.source_object_map_id = m.id where r.id = any(${[...requestIds]}::bigint[])`;

export const codesOfDocument = (documentId: number): Sql => sql`
  select m.content_type, m.source_object_code as code from source_object_map m
  join document_code c on c.source_object_map_id = m.id and c.document_id = ${documentId}::int`;

/**
 * What the document's unmapped codes may mean, the likeliest first: exact code, exact name, alias, equal when folded, similar. A place
 * below a parent that the row names, or beside the file's other places, is likelier. All codes in one statement.
 */
export async function suggestCodes(tx: Tx, documentId: number): Promise<void> {
  await tx.exec(sql`
    with code as materialized (
      select m.id, m.content_type, m.source_object_code as code, folded(m.source_object_code) as fold
      from source_object_map m join document_code c on c.source_object_map_id = m.id and c.document_id = ${documentId}::int
      where m.master_object_id = -1 and not m.is_ignored
    ), named as (
      select 'indicator' as content_type, i.id, i.name, i.short_name as other, i.aliases from indicator i
      union all select 'campaign', p.id, p.name, null, '[]'::jsonb from campaign p
    ), found as (
      select c.id, l.id as master, l.name, 1 as score, 'code' as reason from code c
        join location l on l.location_code = c.code where c.content_type = 'location'
      union all
      select c.id, n.id, n.name, 1, 'code' from code c join named n on n.content_type = c.content_type and n.other = c.code
      union all
      select c.id, l.id as master, l.name, 0.95 as score, 'name' as reason from code c
        join location l on folded(l.name) = c.fold and l.name = c.code where c.content_type = 'location'
      union all
      select c.id, l.id, l.name, 0.9, 'alias' from code c
        join location l on l.aliases @> to_jsonb(c.code) where c.content_type = 'location' and l.aliases <> '[]'
      union all
      select c.id, l.id, l.name, 0.85, 'folded' from code c
        join location l on folded(l.name) = c.fold where c.content_type = 'location' and c.fold <> ''
      union all
      select c.id, l.id, l.name, l.score, 'similar' from code c cross join lateral (
        select l.id, l.name, 0.8 * similarity(folded(l.name), c.fold) as score from location l
        where folded(l.name) % c.fold order by similarity(folded(l.name), c.fold) desc, l.id limit 5) l
        where c.content_type = 'location'
      union all
      select c.id, n.id, n.name, 0.9, 'alias' from code c join named n using (content_type) where n.aliases @> to_jsonb(c.code)
      union all
      select c.id, n.id, n.name, 0.85, 'folded' from code c join named n using (content_type)
        where c.fold <> '' and (folded(n.name) = c.fold or folded(n.other) = c.fold)
      union all
      select c.id, n.id, n.name, 0.8 * greatest(similarity(folded(n.name), c.fold), similarity(folded(n.other), c.fold)), 'similar'
        from code c join named n using (content_type) where folded(n.name) % c.fold or folded(n.other) % c.fold
    ), best as (
      select distinct on (id, master) id, master, name, score, reason from found order by id, master, score desc
    ), beside as (
      select distinct l.parent_location_id as parent from document_code c
      join source_object_map m on m.id = c.source_object_map_id and m.content_type = 'location' and m.master_object_id > 0
      join location l on l.id = m.master_object_id where c.document_id = ${documentId}::int
    ), said as materialized (
      select distinct s.location_map_id as id, folded(u.cell) as fold
      from code c join source_submission s on s.document_id = ${documentId}::int and s.location_map_id = c.id
      cross join lateral unnest(s.cells) u (cell) where c.content_type = 'location' and u.cell ~ '[[:alpha:]]'
    ), placed as (
      select b.id, b.master, b.name, b.reason, p.name as parent,
        b.score + case when b.parent_said then 0.1 when b.is_beside then 0.05 else 0 end as score,
        case when b.parent_said then 'parent' when b.is_beside then 'sibling' end as context
      from (
        select b.*, l.parent_location_id, l.parent_location_id in (select parent from beside) as is_beside,
          exists (select 1 from said s join location p on p.id = l.parent_location_id
            where s.id = b.id and s.fold in (folded(p.name), folded(p.location_code))) as parent_said
        from best b join code c using (id) left join location l on l.id = b.master and c.content_type = 'location') b
      left join location p on p.id = b.parent_location_id
    ), ranked as (
      select *, row_number() over (partition by id order by reason = 'code' desc, score desc, master) as rank from placed
    ), listed as (
      select c.id, coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('master_object_id', r.master, 'name', r.name,
          'score', case r.reason when 'code' then 1 else round(least(r.score, 0.99)::numeric, 3) end, 'reason', r.reason, 'context', r.context, 'parent', r.parent))
          order by r.rank) filter (where r.master is not null), '[]') as suggestions
      from code c left join ranked r on r.id = c.id and r.rank <= 5 group by c.id
    )
    update source_object_map m set suggestions = l.suggestions from listed l
    where m.id = l.id and m.suggestions is distinct from l.suggestions`);
}
