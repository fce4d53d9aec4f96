-- A code that a person or an import had decided about is not open when its object is deleted: found again by its name, it would
-- mean what had been ruled out. What was exact is open again, as before.

create or replace function master_object_removed() returns trigger language plpgsql as $$ begin
  update source_object_map m set master_object_id = -1, origin = case when m.is_ignored or m.origin <> 'exact' then m.origin end,
    mapped_by = case when m.is_ignored then m.mapped_by end, updated_at = now()
  from removed r where m.content_type = tg_argv[0] and m.master_object_id = r.id;
  return null;
end $$;

-- Those that lost their object before, and have not been found since.
update source_object_map m set origin = h.before from (
  select distinct on (source_object_map_id) source_object_map_id, origin,
    lag(origin) over (partition by source_object_map_id order by id) as before
  from source_object_map_history order by source_object_map_id, id desc) h
where m.id = h.source_object_map_id and m.master_object_id = -1 and not m.is_ignored and m.origin is null
  and h.origin = 'deletion' and h.before in ('person', 'import');
