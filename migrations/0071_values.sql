-- What clients read and write as campaign_datapoint and date_datapoint: cells. A write has been done by src/aggregates
-- (the entry stored, what it reaches worked out) before it comes here: these triggers only say which cell it was.

create function aggregate_flags(marks integer) returns jsonb language sql immutable parallel safe as $$
  select to_jsonb(array_remove(array[
    case when marks & 2 <> 0 then 'is_agg' end, case when marks & 4 <> 0 then 'is_calculated' end,
    case when marks & 8 <> 0 then 'is_partial' end, case when marks & 16 <> 0 then 'has_conflict' end,
    case when marks & 32 <> 0 then 'conflict_below' end, case when marks & 64 <> 0 then 'missing_part' end,
    case when marks & 128 <> 0 then 'division_by_zero' end, case when marks & 256 <> 0 then 'not_aggregable' end,
    case when marks & 512 <> 0 then 'mixed_levels' end], null))
$$;

create view campaign_value as
  select a.id, a.indicator_id, a.location_id, a.campaign_id, a.value, a.marks, a.computed,
    trim_scale(round(a.branches_with_value::numeric / a.branches, 6)) as coverage, a.datapoint_id,
    (select c.start_date from campaign c where c.id = a.campaign_id) as period_start, null::jsonb as time_grouping,
    (select d.note from datapoint d where d.id = a.datapoint_id) as note, false as clears, false as confirm_warnings
  from aggregate a;
create view date_value as
  select a.id, a.indicator_id, a.location_id, a.data_date, a.value, a.marks, a.computed,
    trim_scale(round(a.branches_with_value::numeric / a.branches, 6)) as coverage, a.datapoint_id,
    a.data_date as period_start, null::jsonb as time_grouping,
    (select d.note from datapoint d where d.id = a.datapoint_id) as note, false as clears, false as confirm_warnings
  from date_aggregate a;

create function campaign_value_written() returns trigger language plpgsql as $$ begin
  if tg_op = 'DELETE' then return old; end if;
  select a.id into new.id from aggregate a where a.campaign_id = new.campaign_id and a.indicator_id = new.indicator_id
    and a.location_id = new.location_id;
  return new;
end $$;
create function date_value_written() returns trigger language plpgsql as $$ begin
  if tg_op = 'DELETE' then return old; end if;
  select a.id into new.id from date_aggregate a where a.data_date = new.data_date and a.indicator_id = new.indicator_id
    and a.location_id = new.location_id;
  return new;
end $$;
create trigger written instead of insert or update or delete on campaign_value
  for each row execute function campaign_value_written();
create trigger written instead of insert or update or delete on date_value
  for each row execute function date_value_written();
