-- A refused row competes with nobody: it stood in for an earlier row with its key, and neither counted. Documents with such rows
-- are derived again at the codes of the rows that count now.
do $$ begin
  with grouped as materialized (
    select document_id, coalesce(duplicate_of, row_number) as last, max(row_number) filter (where problem is null) as row_number
    from source_submission
    where document_id in (select document_id from source_submission where problem is not null
      intersect select document_id from source_submission where duplicate_of is not null)
    group by 1, 2 having bool_or(problem is not null) and count(*) > 1
  ), changed as (
    update source_submission s set duplicate_of = case when s.problem is null then nullif(g.row_number, s.row_number) end
    from grouped g where s.document_id = g.document_id and coalesce(s.duplicate_of, s.row_number) = g.last
      and s.duplicate_of is distinct from case when s.problem is null then nullif(g.row_number, s.row_number) end
    returning s.location_map_id
  )
  insert into mapping_request (source_object_map_id) select distinct location_map_id from changed where location_map_id is not null;
  if found then
    perform graphile_worker.add_job('derive-documents', '{}'::json, job_key => 'derive-documents', max_attempts => 25);
  end if;
end $$;
