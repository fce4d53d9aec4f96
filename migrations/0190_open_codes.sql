-- A code nobody has decided about has no origin, and is open: what is exactly one object's code or name is mapped by itself, when
-- a document is processed and when such an object comes to be. What a person or an import has unmapped is not open.

alter table source_object_map alter column origin drop not null, alter column origin drop default;
alter table source_object_map_history alter column origin drop not null;

-- What a code meant is gone: it is open again, unless it was said to be no data.
create or replace function master_object_removed() returns trigger language plpgsql as $$ begin
  update source_object_map m set master_object_id = -1, origin = case when m.is_ignored then m.origin end,
    mapped_by = case when m.is_ignored then m.mapped_by end, updated_at = now()
  from removed r where m.content_type = tg_argv[0] and m.master_object_id = r.id;
  return null;
end $$;

-- As before; what another trigger changes is the deletion of the object above, and nobody's decision.
create or replace function mapping_changed() returns trigger language plpgsql as $$
declare
  is_deletion boolean := pg_trigger_depth() > 1;
begin
  insert into source_object_map_history (source_object_map_id, master_object_id, is_ignored, origin, mapped_by)
  select n.id, n.master_object_id, n.is_ignored, case when is_deletion then 'deletion' else n.origin end,
    case when not is_deletion then n.mapped_by end
  from changed n join unchanged o using (id)
  where (n.master_object_id, n.is_ignored) is distinct from (o.master_object_id, o.is_ignored);
  insert into mapping_request (source_object_map_id)
  select n.id from changed n join unchanged o using (id)
  where (n.master_object_id, n.is_ignored) is distinct from (o.master_object_id, o.is_ignored)
    and exists (select 1 from document_code c where c.source_object_map_id = n.id);
  if found then
    perform graphile_worker.add_job('derive-documents', '{}'::json, job_key => 'derive-documents', max_attempts => 25);
  end if;
  return null;
end $$;

-- There is an object that goes by an open code: the job that derives documents looks whether it is the only one. The arguments are
-- the kind and the columns of its exact names. Nothing of the memory is locked here: a document may be at work on it.
create function master_object_named() returns trigger language plpgsql as $$
declare
  names text := (select string_agg(format('n.%I', name), ', ' order by i) from unnest(tg_argv[1:]) with ordinality a (name, i));
  renamed text := (select string_agg(format('n.%1$I <> o.%1$I', name), ' or ') from unnest(tg_argv[1:]) name);
  asked bigint;
begin
  execute format('insert into mapping_request (source_object_map_id)
    select m.id from source_object_map m
    where m.content_type = %L and m.master_object_id = -1 and not m.is_ignored and (m.origin is null or m.origin = ''exact'')
      and m.source_object_code in (select unnest(array[%s]) from named n %s)', tg_argv[0], names,
    case tg_op when 'UPDATE' then format('join unnamed o using (id) where %s', renamed) end);
  get diagnostics asked = row_count;
  if asked > 0 then
    perform graphile_worker.add_job('derive-documents', '{}'::json, job_key => 'derive-documents', max_attempts => 25);
  end if;
  return null;
end $$;
create trigger location_named_in_mappings after insert on location referencing new table as named
  for each statement execute function master_object_named('location', 'location_code', 'name');
create trigger location_renamed_in_mappings after update on location referencing old table as unnamed new table as named
  for each statement execute function master_object_named('location', 'location_code', 'name');
create trigger indicator_named_in_mappings after insert on indicator referencing new table as named
  for each statement execute function master_object_named('indicator', 'short_name', 'name');
create trigger indicator_renamed_in_mappings after update on indicator referencing old table as unnamed new table as named
  for each statement execute function master_object_named('indicator', 'short_name', 'name');
create trigger campaign_named_in_mappings after insert on campaign referencing new table as named
  for each statement execute function master_object_named('campaign', 'name');
create trigger campaign_renamed_in_mappings after update on campaign referencing old table as unnamed new table as named
  for each statement execute function master_object_named('campaign', 'name');

-- Codes never mapped were kept as mapped exactly, those whose object was deleted as unmapped by a person without a name.
update source_object_map set origin = null
where master_object_id = -1 and not is_ignored and (origin = 'exact' or origin = 'person' and mapped_by is null);
update source_object_map_history set origin = 'deletion'
where master_object_id = -1 and not is_ignored and origin = 'person' and mapped_by is null;
