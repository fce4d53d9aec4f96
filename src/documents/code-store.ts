import { type Sql, sql, type Tx } from '../platform/db/index.ts';
import { maxCode } from './pure/column-roles.ts';

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
        join location l on l.name = c.code where c.content_type = 'location'
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

/** Those that are too long to be looked up by are issues of their rows and columns. */
const stagedCodes = (indicatorHeaders: readonly string[]): Sql => sql`
  select content_type, code from (
  select 'location' as content_type, location_code as code from staged_row where location_code is not null
  union select 'campaign', campaign_code from staged_row where campaign_code is not null
  union select 'indicator', indicator_code from staged_row where indicator_code is not null
  union select 'indicator', btrim(h) from unnest(${[...indicatorHeaders]}::text[]) h where btrim(h) <> ''
  ) c where length(code) <= ${maxCode}::int`;

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

/** The five places whose name or code is most like a code, of the `nearest`: the index gives them in this order. */
const similarPlaces = (text: Sql, nearest: Sql): Sql => sql`
      select c.id, l.id, l.name, l.score, 'similar' from code c cross join lateral (
        select l.id, l.name, 0.8 * similarity(folded(${text}), c.fold) as score from (
          select * from location l where folded(${text}) % c.fold order by folded(${text}) <-> c.fold ${nearest}) l
        join location_type t on t.id = l.location_type_id
        order by score desc, t.admin_level, l.location_code limit 5) l
        where c.content_type = 'location'`;

/**
 * What the document's unmapped codes may mean, the likeliest first: exact code, exact name, alias, equal when folded, without
 * leading zeros, similar. A place below a parent that the row names, or beside the file's other places, is likelier; of equal
 * ones the wider comes first. The first `is_ambiguous` where another is as likely by its name alone, unless every row of the code
 * names the parent of the first and none that of the other: neighbours in the file do not decide. All codes in one statement;
 * of places each branch has its index, where `offset 0` keeps the planner from folding all names for a hash instead (measured
 * with 30,000 places and 5,000 codes: 2 s instead of 0.1 s).
 */
export async function suggestCodes(tx: Tx, documentId: number): Promise<void> {
  await tx.exec(sql`
    with code as materialized (
      select m.id, m.content_type, m.source_object_code as code, folded(m.source_object_code) as fold,
        folded_key(m.source_object_code) as key, c.rows
      from source_object_map m join document_code c on c.source_object_map_id = m.id and c.document_id = ${documentId}::int
      where m.master_object_id = -1 and not m.is_ignored
    ), named as materialized (
      select 'indicator' as content_type, i.id, i.name, i.short_name as code, i.aliases, folded(i.name) as fold,
        folded(i.short_name) as code_fold, folded_keys(i.aliases) || folded_key(i.name) || folded_key(i.short_name) as keys
      from indicator i where exists (select 1 from code where content_type = 'indicator')
      union all select 'campaign', p.id, p.name, null, '[]'::jsonb, folded(p.name), null, array[folded_key(p.name)]
      from campaign p where exists (select 1 from code where content_type = 'campaign')
    ), found as (
      select c.id, l.id as master, l.name, 1 as score, 'code' as reason from code c
        join location l on l.location_code = c.code where c.content_type = 'location'
      union all
      select c.id, l.id, l.name, 0.95, 'name' from code c
        join location l on l.name = c.code where c.content_type = 'location'
      union all
      select c.id, l.id, l.name, case when l.aliases @> to_jsonb(c.code) then 0.9 else 0.85 end,
        case when l.aliases @> to_jsonb(c.code) then 'alias' else 'folded' end from code c
        cross join lateral (select * from location l where folded_keys(l.aliases) @> array[c.key] and l.aliases <> '[]' offset 0) l
        where c.content_type = 'location' and (c.key <> '' or l.aliases @> to_jsonb(c.code))
      union all
      select c.id, l.id, l.name, 0.85, 'folded' from code c
        cross join lateral (select * from location l where folded_key(l.name) = c.key offset 0) l where c.content_type = 'location' and c.key <> ''
      union all
      select c.id, l.id, l.name, 0.85, 'folded' from code c
        cross join lateral (select * from location l where folded_key(l.location_code) = c.key offset 0) l where c.content_type = 'location' and c.key <> ''
      union all
      select c.id, l.id, l.name, 0.82, 'zeros' from code c
        join location l on ltrim(l.location_code, '0') = c.code and l.location_code ~ '^0[0-9]+$'
        where c.content_type = 'location' and c.code ~ '^[1-9][0-9]*$'
      union all
      select c.id, l.id, l.name, 0.82, 'zeros' from code c
        join location l on l.location_code = ltrim(c.code, '0') where c.content_type = 'location' and c.code ~ '^0[0-9]*[1-9][0-9]*$'
      union all
      ${similarPlaces(sql`l.name`, sql`fetch first 5 rows with ties`)}
      union all
      -- Numbered codes of neighbours are all as like as each other: a hundred of them are enough to choose from.
      ${similarPlaces(sql`l.location_code`, sql`limit 100`)}
      union all
      select c.id, n.id, n.name, 1, 'code' from code c join named n on n.content_type = c.content_type and n.code = c.code
      union all
      select c.id, n.id, n.name, 0.95, 'name' from code c join named n on n.content_type = c.content_type and n.name = c.code
      union all
      select c.id, n.id, n.name, case when n.aliases @> to_jsonb(c.code) then 0.9 else 0.85 end,
        case when n.aliases @> to_jsonb(c.code) then 'alias' else 'folded' end
        from code c join (select n.*, unnest(n.keys) as key from named n) n using (content_type, key)
        where c.key <> '' or n.aliases @> to_jsonb(c.code)
      union all
      select c.id, n.id, n.name, 0.8 * greatest(similarity(n.fold, c.fold), similarity(n.code_fold, c.fold)), 'similar'
        from code c join named n using (content_type) where n.fold % c.fold or n.code_fold % c.fold
    ), best as materialized (
      select distinct on (id, master) id, master, name, score, reason from found order by id, master, score desc
    ), place as (
      select b.id, b.master, l.location_code, t.admin_level, l.parent_location_id, p.name as parent, p.location_code as parent_code
      from best b join code c on c.id = b.id and c.content_type = 'location' join location l on l.id = b.master
      join location_type t on t.id = l.location_type_id left join location p on p.id = l.parent_location_id
    ), beside as materialized (
      select distinct l.parent_location_id as parent from document_code c
      join source_object_map m on m.id = c.source_object_map_id and m.content_type = 'location' and m.master_object_id > 0
      join location l on l.id = m.master_object_id where c.document_id = ${documentId}::int
    ), said as materialized (
      select t.id, folded_key(t.cell) as key, sum(t.rows) as rows from (
        select s.location_map_id as id, u.cell, count(*) as rows
        from code c join source_submission s on s.document_id = ${documentId}::int and s.location_map_id = c.id
        cross join lateral (select distinct cell from unnest(s.cells) cell) u
        where c.content_type = 'location' and u.cell ~ '[[:alpha:]]' group by 1, 2) t
      group by 1, 2
    ), parent_said as (
      select p.id, p.master, max(s.rows) as rows from place p
      cross join lateral (values (folded_key(p.parent)), (folded_key(p.parent_code))) k (key)
      join said s on s.id = p.id and s.key = k.key group by 1, 2
    ), placed as (
      select b.id, b.master, b.name, b.reason, b.score as likeness, p.parent, p.admin_level, p.location_code,
        case b.reason when 'code' then 3 when 'similar' then 0 when 'zeros' then 1 else 2 end as kind,
        b.score + case when s.id is not null then 0.1 when p.parent_location_id in (select parent from beside) then 0.05 else 0 end as score,
        case when s.id is not null then 'parent' when p.parent_location_id in (select parent from beside) then 'sibling' end as context,
        coalesce(s.rows >= c.rows, false) as in_all_rows
      from best b join code c using (id) left join place p using (id, master) left join parent_said s using (id, master)
    ), ranked as materialized (
      select *, row_number() over (partition by id
        order by reason = 'code' desc, score desc, admin_level, location_code, master) as rank from placed
    ), ambiguous as (
      select distinct r.id from ranked r join ranked o on o.id = r.id and o.rank > 1
      where r.rank = 1 and r.kind < 3 and (o.score = r.score or o.kind > r.kind or o.kind = r.kind and (r.kind > 0 or o.likeness >= r.likeness))
        and not (r.in_all_rows and o.context is distinct from 'parent')
    ), listed as (
      select c.id, coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('master_object_id', r.master, 'name', r.name,
          'score', case r.reason when 'code' then 1 else round(least(r.score, 0.99)::numeric, 3) end, 'reason', r.reason,
          'context', r.context, 'parent', r.parent,
          'is_ambiguous', case when r.rank = 1 and r.id in (select id from ambiguous) then true end))
          order by r.rank) filter (where r.master is not null), '[]') as suggestions
      from code c left join ranked r on r.id = c.id and r.rank <= 5 group by c.id
    )
    update source_object_map m set suggestions = l.suggestions from listed l
    where m.id = l.id and m.suggestions is distinct from l.suggestions`);
}
