-- What a stored value hides is joined over time as what it would be without it: by its branches, its weight among them. They
-- are kept beside the hidden value; where there is one, the cell is worked out again.
alter table aggregate add computed_with_value integer, add computed_branches integer, add computed_weight numeric;
alter table date_aggregate add computed_with_value integer, add computed_branches integer, add computed_weight numeric;

create or replace view campaign_cell as
  select id, indicator_id, location_id, campaign_id, value, marks, branches_with_value, branches, datapoint_id, computed,
    computed_marks, fold, fold_weight, fold_with_value, fold_branches, fold_last, fold_conflict, definition_version, created_at, updated_at,
    computed_with_value, computed_branches, computed_weight
  from aggregate
  union all
  select a.id, a.indicator_id, a.location_id, a.campaign_id, a.value, 1, 1, 1, a.id, null::numeric,
    0, a.value, null::numeric, 1, 1, null::numeric[], false, null::integer, a.created_at, a.created_at,
    null::integer, null::integer, null::numeric
  from datapoint a
  where a.campaign_id is not null and a.retracted_at is null and a.value is not null
    and not exists (select 1 from aggregate r where r.campaign_id = a.campaign_id and r.indicator_id = a.indicator_id and r.location_id = a.location_id)
    and not exists (select 1 from aggregate_request w where w.document_id = a.document_id and w.campaign_id = a.campaign_id);
create or replace view date_cell as
  select id, indicator_id, location_id, data_date, value, marks, branches_with_value, branches, datapoint_id, computed,
    computed_marks, fold, fold_weight, fold_with_value, fold_branches, fold_last, fold_conflict, definition_version, created_at, updated_at,
    computed_with_value, computed_branches, computed_weight
  from date_aggregate
  union all
  select a.id, a.indicator_id, a.location_id, a.data_date, a.value, 1, 1, 1, a.id, null::numeric,
    0, a.value, null::numeric, 1, 1, null::numeric[], false, null::integer, a.created_at, a.created_at,
    null::integer, null::integer, null::numeric
  from datapoint a
  where a.data_date is not null and a.campaign_id is null and a.retracted_at is null and a.value is not null
    and not exists (select 1 from date_aggregate r where r.data_date = a.data_date and r.indicator_id = a.indicator_id and r.location_id = a.location_id)
    and not exists (select 1 from aggregate_request w where w.document_id = a.document_id and w.data_date = a.data_date);

do $$ begin
  insert into aggregate_request (kind, indicator_id, location_id, campaign_id)
    select 'campaign', indicator_id, location_id, campaign_id from aggregate where computed is not null;
  insert into aggregate_request (kind, indicator_id, location_id, data_date)
    select 'date', indicator_id, location_id, data_date from date_aggregate where computed is not null;
  if exists (select 1 from aggregate_request) then
    perform graphile_worker.add_job('refresh-aggregates', '{}'::json, job_key => 'refresh-aggregates', max_attempts => 25);
  end if;
end $$;
