-- Effective values: stored, calculated, or rolled up from below. Written by src/aggregates alone, derived from
-- datapoint, location, indicator and indicator_calculation alone.

-- What both tables say of a cell. `marks` is a set of bits, see src/aggregates/marks.ts.
create table aggregate (
  id bigint generated always as identity primary key,
  indicator_id integer not null references indicator (id) on delete cascade,
  location_id integer not null references location (id) on delete cascade,
  campaign_id integer not null references campaign (id) on delete cascade,
  value numeric,
  marks integer not null,
  -- Branches descended into that have a value, and all of them: their quotient is the coverage.
  branches_with_value integer not null,
  branches integer not null,
  -- The datapoint that counts here, if one is stored; a cleared cell has the entry that cleared it.
  datapoint_id bigint,
  -- Where a value is stored: what there would be without it, and its marks.
  computed numeric,
  computed_marks integer,
  -- What the nearest stored values of this indicator at or below the place amount to, as far as the operator needs it
  -- to fold them with those of other branches. `fold_branches` is null where none is stored; `fold_last` is [seconds,
  -- place, value] of the newest.
  fold numeric,
  fold_weight numeric,
  fold_with_value integer,
  fold_branches integer,
  fold_last numeric[],
  fold_conflict boolean,
  definition_version integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (campaign_id, indicator_id, location_id)
);
create index aggregate_location_id_idx on aggregate (location_id, indicator_id);
create index aggregate_indicator_id_idx on aggregate (indicator_id);

create table date_aggregate (
  id bigint generated always as identity primary key,
  indicator_id integer not null references indicator (id) on delete cascade,
  location_id integer not null references location (id) on delete cascade,
  data_date date not null,
  value numeric,
  marks integer not null,
  branches_with_value integer not null,
  branches integer not null,
  datapoint_id bigint,
  computed numeric,
  computed_marks integer,
  fold numeric,
  fold_weight numeric,
  fold_with_value integer,
  fold_branches integer,
  fold_last numeric[],
  fold_conflict boolean,
  definition_version integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (data_date, indicator_id, location_id)
);
create index date_aggregate_location_id_idx on date_aggregate (location_id, indicator_id, data_date);
create index date_aggregate_indicator_id_idx on date_aggregate (indicator_id);

-- What is to be worked out again. Written in the transaction that makes it so, deleted in the one that does it: nothing
-- is lost in between. What is null counts as all: no indicator and no place is a whole period; no period is every
-- period in which the indicator, or the place, has values.
create table aggregate_request (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('campaign', 'date')),
  indicator_id integer,
  location_id integer,
  campaign_id integer,
  data_date date,
  created_at timestamptz not null default now(),
  check (kind = 'campaign' and data_date is null or kind = 'date' and campaign_id is null)
);
create index aggregate_request_campaign_idx on aggregate_request (campaign_id) where kind = 'campaign';
create index aggregate_request_date_idx on aggregate_request (data_date) where kind = 'date';

-- A place that comes, goes or moves changes what its parents' values rest on, whoever wrote it and however many.
create function request_aggregates_of(places integer[]) returns void language plpgsql as $$
begin
  insert into aggregate_request (kind, location_id)
  select k.kind, p.id from (select distinct unnest(places) as id) p, (values ('campaign'), ('date')) k (kind)
  where p.id is not null and (k.kind = 'campaign' and exists (select 1 from aggregate a
      where a.location_id = p.id or a.location_id in (select c.id from location c where c.parent_location_id = p.id))
    or k.kind = 'date' and exists (select 1 from date_aggregate a
      where a.location_id = p.id or a.location_id in (select c.id from location c where c.parent_location_id = p.id)));
  if found then
    perform graphile_worker.add_job('refresh-aggregates', '{}'::json, job_key => 'refresh-aggregates', max_attempts => 25);
  end if;
end $$;
create function places_added_to_aggregates() returns trigger language plpgsql as $$ begin
  perform request_aggregates_of(array(select distinct parent_location_id from added));
  return null;
end $$;
create function places_moved_in_aggregates() returns trigger language plpgsql as $$ begin
  perform request_aggregates_of(array(
    select distinct p.id from changed n join unchanged o using (id),
      lateral (values (n.parent_location_id), (o.parent_location_id)) p (id)
    where n.parent_location_id is distinct from o.parent_location_id));
  return null;
end $$;
create function places_removed_from_aggregates() returns trigger language plpgsql as $$ begin
  perform request_aggregates_of(array(select distinct parent_location_id from removed));
  return null;
end $$;
create trigger location_added_to_aggregates after insert on location referencing new table as added
  for each statement execute function places_added_to_aggregates();
create trigger location_moved_in_aggregates after update on location referencing old table as unchanged new table as changed
  for each statement execute function places_moved_in_aggregates();
create trigger location_removed_from_aggregates after delete on location referencing old table as removed
  for each statement execute function places_removed_from_aggregates();
