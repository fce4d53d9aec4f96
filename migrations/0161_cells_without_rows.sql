-- A value that stands alone at its place says all there is to say of its cell: the cell needs no row in `aggregate` that
-- repeats it. Decision 0160 says why; src/aggregates/cells.ts is the same in TypeScript.

-- Such a cell is known by its value's id, so both are counted together.
select setval('cell_id', greatest((select coalesce(max(id), 0) from datapoint), nextval('cell_id')) + 1, false);
alter table datapoint alter column id drop identity;
alter table datapoint alter column id set default nextval('cell_id');
-- What waits to be worked out has no row yet, and an id that may be some row's.
update datapoint d set id = nextval('cell_id') where d.retracted_at is null
  and not exists (select 1 from aggregate r where r.campaign_id = d.campaign_id and r.indicator_id = d.indicator_id and r.location_id = d.location_id)
  and not exists (select 1 from date_aggregate r where r.data_date = d.data_date and r.indicator_id = d.indicator_id and r.location_id = d.location_id);

-- Values are looked for by place now, as aggregates are. One index for both kinds of period.
drop index datapoint_location_id_idx;
create index datapoint_location_id_idx on datapoint (location_id, indicator_id, campaign_id, data_date);
-- Of history, too, whoever deletes a campaign wants to know whether any is its; what came together lies together.
create index datapoint_campaign_id_idx on datapoint using brin (campaign_id) with (autosummarize = on);

-- What a large document has brought is asked for by the hundred places, and is not seen before the sums that it changes.
alter table aggregate_request add location_ids integer[], add document_id integer;
create index aggregate_request_document_idx on aggregate_request (document_id, campaign_id, data_date) where document_id is not null;

-- Every cell: those with a row, and values alone. Null as definition_version: the indicator's. Whoever asks for one cell
-- of many at once asks in a subquery (`offset 0`) for its whole key: both halves are then looked up by their indexes.
create view campaign_cell as
  select id, indicator_id, location_id, campaign_id, value, marks, branches_with_value, branches, datapoint_id, computed,
    computed_marks, fold, fold_weight, fold_with_value, fold_branches, fold_last, fold_conflict, definition_version, created_at, updated_at
  from aggregate
  union all
  select a.id, a.indicator_id, a.location_id, a.campaign_id, a.value, 1, 1, 1, a.id, null::numeric,
    0, a.value, null::numeric, 1, 1, null::numeric[], false, null::integer, a.created_at, a.created_at
  from datapoint a
  where a.campaign_id is not null and a.retracted_at is null and a.value is not null
    and not exists (select 1 from aggregate r where r.campaign_id = a.campaign_id and r.indicator_id = a.indicator_id and r.location_id = a.location_id)
    and not exists (select 1 from aggregate_request w where w.document_id = a.document_id and w.campaign_id = a.campaign_id);
create view date_cell as
  select id, indicator_id, location_id, data_date, value, marks, branches_with_value, branches, datapoint_id, computed,
    computed_marks, fold, fold_weight, fold_with_value, fold_branches, fold_last, fold_conflict, definition_version, created_at, updated_at
  from date_aggregate
  union all
  select a.id, a.indicator_id, a.location_id, a.data_date, a.value, 1, 1, 1, a.id, null::numeric,
    0, a.value, null::numeric, 1, 1, null::numeric[], false, null::integer, a.created_at, a.created_at
  from datapoint a
  where a.data_date is not null and a.campaign_id is null and a.retracted_at is null and a.value is not null
    and not exists (select 1 from date_aggregate r where r.data_date = a.data_date and r.indicator_id = a.indicator_id and r.location_id = a.location_id)
    and not exists (select 1 from aggregate_request w where w.document_id = a.document_id and w.data_date = a.data_date);

create or replace view campaign_value as
  select a.id, a.indicator_id, a.location_id, a.campaign_id, a.value, a.marks, a.computed,
    trim_scale(round(a.branches_with_value::numeric / a.branches, 6)) as coverage, a.datapoint_id,
    (select c.start_date from campaign c where c.id = a.campaign_id) as period_start, null::jsonb as time_grouping,
    (select d.note from datapoint d where d.id = a.datapoint_id) as note, false as clears, false as confirm_warnings,
    null::date as data_date, false as as_day
  from campaign_cell a;
create or replace view date_value as
  select a.id, a.indicator_id, a.location_id, a.data_date, a.value, a.marks, a.computed,
    trim_scale(round(a.branches_with_value::numeric / a.branches, 6)) as coverage, a.datapoint_id,
    a.data_date as period_start, null::jsonb as time_grouping,
    (select d.note from datapoint d where d.id = a.datapoint_id) as note, false as clears, false as confirm_warnings,
    null::integer as campaign_id, false as as_day
  from date_cell a;

create or replace function campaign_value_written() returns trigger language plpgsql as $$ begin
  if tg_op = 'DELETE' then return old; end if;
  select a.id into new.id from campaign_cell a where a.campaign_id = new.campaign_id and a.indicator_id = new.indicator_id
    and a.location_id = new.location_id;
  return new;
end $$;
create or replace function date_value_written() returns trigger language plpgsql as $$ begin
  if tg_op = 'DELETE' then return old; end if;
  select a.id into new.id from date_cell a where a.data_date = new.data_date and a.indicator_id = new.indicator_id
    and a.location_id = new.location_id;
  return new;
end $$;

-- A cell that goes on keeps its id: before the value that it was known by goes into history, it is written down. What
-- comes after it is worked out from there.
create function keep_cells() returns trigger language plpgsql as $$
begin
  insert into aggregate (id, indicator_id, location_id, campaign_id, value, marks, branches_with_value, branches, datapoint_id,
    computed_marks, fold, fold_with_value, fold_branches, fold_conflict, definition_version)
  select o.id, o.indicator_id, o.location_id, o.campaign_id, o.value, 1, 1, 1, o.id, 0, o.value, 1, 1, false, i.definition_version
  from unchanged o join changed n using (id) join indicator i on i.id = o.indicator_id
  where o.campaign_id is not null and o.retracted_at is null and n.retracted_at is not null and o.value is not null
    and not exists (select 1 from aggregate r where r.campaign_id = o.campaign_id and r.indicator_id = o.indicator_id and r.location_id = o.location_id)
    and not exists (select 1 from aggregate_request w where w.document_id = o.document_id and w.campaign_id = o.campaign_id)
    and (o.origin = 'entry' or exists (select 1 from datapoint d where d.campaign_id = o.campaign_id and d.indicator_id = o.indicator_id
      and d.location_id = o.location_id and d.retracted_at is null))
  order by o.campaign_id, o.indicator_id, o.location_id, o.id on conflict do nothing;
  insert into date_aggregate (id, indicator_id, location_id, data_date, value, marks, branches_with_value, branches, datapoint_id,
    computed_marks, fold, fold_with_value, fold_branches, fold_conflict, definition_version)
  select o.id, o.indicator_id, o.location_id, o.data_date, o.value, 1, 1, 1, o.id, 0, o.value, 1, 1, false, i.definition_version
  from unchanged o join changed n using (id) join indicator i on i.id = o.indicator_id
  where o.data_date is not null and o.retracted_at is null and n.retracted_at is not null and o.value is not null
    and not exists (select 1 from date_aggregate r where r.data_date = o.data_date and r.indicator_id = o.indicator_id and r.location_id = o.location_id)
    and not exists (select 1 from aggregate_request w where w.document_id = o.document_id and w.data_date = o.data_date)
    and (o.origin = 'entry' or exists (select 1 from datapoint d where d.data_date = o.data_date and d.indicator_id = o.indicator_id
      and d.location_id = o.location_id and d.retracted_at is null))
  order by o.data_date, o.indicator_id, o.location_id, o.id on conflict do nothing;
  return null;
end $$;
create trigger keep_cells after update on datapoint referencing old table as unchanged new table as changed
  for each statement execute function keep_cells();

-- A place's cells may be values alone.
create or replace function request_aggregates_of(places integer[]) returns void language plpgsql as $$
begin
  insert into aggregate_request (kind, location_id)
  select k.kind, p.id from (select distinct unnest(places) as id) p, (values ('campaign'), ('date')) k (kind)
  where p.id is not null and exists (select 1 from (select p.id as id union all select c.id from location c where c.parent_location_id = p.id) l
    where k.kind = 'campaign' and exists (select 1 from aggregate a where a.location_id = l.id)
      or k.kind = 'date' and exists (select 1 from date_aggregate a where a.location_id = l.id)
      or k.kind = 'campaign' and exists (select 1 from datapoint d where d.location_id = l.id and d.campaign_id is not null)
      or k.kind = 'date' and exists (select 1 from datapoint d where d.location_id = l.id and d.campaign_id is null));
  if found then
    perform graphile_worker.add_job('refresh-aggregates', '{}'::json, job_key => 'refresh-aggregates', max_attempts => 25);
  end if;
end $$;
