-- What no double holds is no value, and says so.
create or replace function aggregate_flags(marks integer) returns jsonb language sql immutable parallel safe as $$
  select to_jsonb(array_remove(array[
    case when marks & 2 <> 0 then 'is_agg' end, case when marks & 4 <> 0 then 'is_calculated' end,
    case when marks & 8 <> 0 then 'is_partial' end, case when marks & 16 <> 0 then 'has_conflict' end,
    case when marks & 32 <> 0 then 'conflict_below' end, case when marks & 64 <> 0 then 'missing_part' end,
    case when marks & 128 <> 0 then 'division_by_zero' end, case when marks & 256 <> 0 then 'not_aggregable' end,
    case when marks & 512 <> 0 then 'mixed_levels' end, case when marks & 1024 <> 0 then 'out_of_range' end], null))
$$;

-- Such values were kept as they are, and reading where they come from failed: they are worked out again.
do $$ declare found_any boolean := false; begin
  insert into aggregate_request (kind, indicator_id, location_id, campaign_id)
  select 'campaign', a.indicator_id, a.location_id, a.campaign_id from aggregate a
  where abs(a.value) > 1.7976931348623157e308 or abs(a.computed) > 1.7976931348623157e308
    or (a.value <> 0 and abs(a.value) < 5e-324) or (a.computed <> 0 and abs(a.computed) < 5e-324);
  found_any := found;
  insert into aggregate_request (kind, indicator_id, location_id, data_date)
  select 'date', a.indicator_id, a.location_id, a.data_date from date_aggregate a
  where abs(a.value) > 1.7976931348623157e308 or abs(a.computed) > 1.7976931348623157e308
    or (a.value <> 0 and abs(a.value) < 5e-324) or (a.computed <> 0 and abs(a.computed) < 5e-324);
  if found or found_any then
    perform graphile_worker.add_job('refresh-aggregates', '{}'::json, job_key => 'refresh-aggregates', max_attempts => 25);
  end if;
end $$;
