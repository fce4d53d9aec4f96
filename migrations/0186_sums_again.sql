-- What documents with duplicates=sum say is derived again: they added up days, percentages and categories, and compared what is
-- added with the bounds in place of the sum. Of each the code that fewest documents use asks for it; its rows are derived whole.
do $$ begin
  insert into mapping_request (source_object_map_id)
  select distinct c.source_object_map_id
  from doc_detail x join doc_detail_type y on y.id = x.doc_detail_type_id and y.name = 'duplicates'
  cross join lateral (
    select u.source_object_map_id from document_code u where u.document_id = x.document_id
    order by (select count(*) from document_code o where o.source_object_map_id = u.source_object_map_id), u.source_object_map_id
    limit 1) c
  where btrim(x.doc_detail_value) = 'sum';
  if found then
    perform graphile_worker.add_job('derive-documents', '{}'::json, job_key => 'derive-documents', max_attempts => 25);
  end if;
end $$;
