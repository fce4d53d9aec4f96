-- What was entered in words goes with the value until its indicator says what it means. `as_day` has no meaning any more; it
-- goes once no older server is left that writes it.
create or replace view campaign_value as
  select a.id, a.indicator_id, a.location_id, a.campaign_id, a.value, a.marks, a.computed,
    trim_scale(round(a.branches_with_value::numeric / a.branches, 6)) as coverage, a.datapoint_id,
    (select c.start_date from campaign c where c.id = a.campaign_id) as period_start, null::jsonb as time_grouping,
    (select d.note from datapoint d where d.id = a.datapoint_id) as note, false as clears, false as confirm_warnings,
    null::date as data_date, false as as_day, null::text as as_text
  from campaign_cell a;
create or replace view date_value as
  select a.id, a.indicator_id, a.location_id, a.data_date, a.value, a.marks, a.computed,
    trim_scale(round(a.branches_with_value::numeric / a.branches, 6)) as coverage, a.datapoint_id,
    a.data_date as period_start, null::jsonb as time_grouping,
    (select d.note from datapoint d where d.id = a.datapoint_id) as note, false as clears, false as confirm_warnings,
    null::integer as campaign_id, false as as_day, null::text as as_text
  from date_cell a;
