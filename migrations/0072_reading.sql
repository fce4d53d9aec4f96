-- Reading values: both kinds through one endpoint, calendar days as days, conflicts.

-- One sequence for both tables: the id of a cell says which cell it is, whichever endpoint it is asked at.
create sequence cell_id as bigint;
select setval('cell_id', greatest((select coalesce(max(id), 0) from aggregate), (select coalesce(max(id), 0) from date_aggregate)) + 1, false);
alter table aggregate alter column id drop identity;
alter table aggregate alter column id set default nextval('cell_id');
alter table date_aggregate alter column id drop identity;
alter table date_aggregate alter column id set default nextval('cell_id');
update date_aggregate d set id = nextval('cell_id') where exists (select 1 from aggregate a where a.id = d.id);
alter sequence cell_id owned by aggregate.id;

-- `date` leaves as "2015-06-05"; everything else is a number.
create function value_shown(of_indicator integer, value numeric) returns jsonb language sql stable as $$
  select case when (select i.data_format from indicator i where i.id = of_indicator) = 'date'
      and value between 10000101 and 99991231
    then to_jsonb(regexp_replace(trunc(value)::text, '^(....)(..)(..)$', '\1-\2-\3')) else to_jsonb(value) end
$$;

create or replace view campaign_value as
  select a.id, a.indicator_id, a.location_id, a.campaign_id, a.value, a.marks, a.computed,
    trim_scale(round(a.branches_with_value::numeric / a.branches, 6)) as coverage, a.datapoint_id,
    (select c.start_date from campaign c where c.id = a.campaign_id) as period_start, null::jsonb as time_grouping,
    (select d.note from datapoint d where d.id = a.datapoint_id) as note, false as clears, false as confirm_warnings,
    null::date as data_date, false as as_day
  from aggregate a;
create or replace view date_value as
  select a.id, a.indicator_id, a.location_id, a.data_date, a.value, a.marks, a.computed,
    trim_scale(round(a.branches_with_value::numeric / a.branches, 6)) as coverage, a.datapoint_id,
    a.data_date as period_start, null::jsonb as time_grouping,
    (select d.note from datapoint d where d.id = a.datapoint_id) as note, false as clears, false as confirm_warnings,
    null::integer as campaign_id, false as as_day
  from date_aggregate a;
create view any_value as
  select id, indicator_id, location_id, campaign_id, data_date, value, marks, computed, coverage, datapoint_id, period_start,
    time_grouping, note from campaign_value
  union all
  select id, indicator_id, location_id, campaign_id, data_date, value, marks, computed, coverage, datapoint_id, period_start,
    time_grouping, note from date_value;

-- Where a stored value differs from what its subtree gives; rare, so that finding them must not cost a whole campaign.
create view value_conflict as
  select a.id, a.location_id, l.name as location__name, a.indicator_id, i.short_name as indicator__short_name,
    a.campaign_id, c.name as campaign__name, a.value as stored_value, a.computed as computed_value
  from aggregate a join location l on l.id = a.location_id join indicator i on i.id = a.indicator_id
    join campaign c on c.id = a.campaign_id
  where a.marks & 16 <> 0;
create index aggregate_conflict_idx on aggregate (campaign_id, location_id, indicator_id) where marks & 16 <> 0;
