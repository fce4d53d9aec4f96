-- What follows a day and is no time of day makes it none: such rows are refused, an earlier row with their key counts again, and
-- values that are days are read once more.
do $$
declare
  zone constant text := '( ?(Z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?))?';
  a_day constant text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ](([01]?[0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)([.,][0-9]+)?)?' || zone
    || '|(0?[1-9]|1[0-2]):[0-5][0-9](:[0-5][0-9])? ?[AP]M))?$';
begin
  create temp table refused_day on commit drop as
    select id, document_id, location_map_id, coalesce(duplicate_of, row_number) as last from source_submission
    where problem is null and data_date is not null and btrim(date_text) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]'
      and btrim(date_text) !~* a_day;
  update source_submission s set data_date = null, problem = 'not_a_date' from refused_day r where s.id = r.id;
  with counting as (
    select s.document_id, r.last, max(s.row_number) filter (where s.problem is null) as row_number
    from (select distinct document_id, last from refused_day) r
    join source_submission s on s.document_id = r.document_id and coalesce(s.duplicate_of, s.row_number) = r.last group by 1, 2
  )
  update source_submission s set duplicate_of = case when s.problem is null then nullif(c.row_number, s.row_number) end
  from counting c where s.document_id = c.document_id and coalesce(s.duplicate_of, s.row_number) = c.last
    and s.duplicate_of is distinct from case when s.problem is null then nullif(c.row_number, s.row_number) end;
  insert into mapping_request (source_object_map_id)
  select distinct s.location_map_id from refused_day r join source_submission s on s.document_id = r.document_id
    and (s.row_number = r.last or s.duplicate_of = r.last or s.id = r.id) where s.location_map_id is not null
  union
  select m.id from source_object_map m join indicator i on i.id = m.master_object_id
  where m.content_type = 'indicator' and not m.is_ignored and i.data_format in ('date', 'date_int')
    and exists (select 1 from document_code c where c.source_object_map_id = m.id);
  if found then
    perform graphile_worker.add_job('derive-documents', '{}'::json, job_key => 'derive-documents', max_attempts => 25);
  end if;
end $$;
