-- Documents with two columns of one indicator are derived again: which of them counted was up to the order of mapping.
do $$ begin
  insert into mapping_request (source_object_map_id)
  select distinct s.id from (
    select min(c.source_object_map_id) as id
    from document_column c join source_object_map m on m.id = c.source_object_map_id
    where c.role = 'indicator' and m.master_object_id > 0 and not m.is_ignored
    group by c.document_id, m.master_object_id having count(*) > 1) s;
  if found then
    perform graphile_worker.add_job('derive-documents', '{}'::json, job_key => 'derive-documents', max_attempts => 25);
  end if;
end $$;
