-- Values and aggregates are written by the hundred thousand, and PostgreSQL's own foreign keys ask a question a row and
-- key: a third of the time of a large document. These are the same rules asked once a statement, over the few different
-- places, indicators and campaigns it names, with the same locks, codes and words.

alter table datapoint
  drop constraint datapoint_indicator_id_fkey,
  drop constraint datapoint_location_id_fkey,
  drop constraint datapoint_campaign_id_fkey;
alter table aggregate
  drop constraint aggregate_indicator_id_fkey,
  drop constraint aggregate_location_id_fkey,
  drop constraint aggregate_campaign_id_fkey;
alter table date_aggregate
  drop constraint date_aggregate_indicator_id_fkey,
  drop constraint date_aggregate_location_id_fkey;

-- What is referred to must be there, and stays until the end of the transaction: `for key share` waits for a deletion
-- that is under way, and a later one waits for us. Arguments: the referring columns, each named after its table.
create function check_references() returns trigger language plpgsql as $$
declare
  target text;
  missing text;
begin
  foreach target in array tg_argv loop
    execute format('select 1 from %1$I where id in (select %1$s_id from written) order by id for key share', target);
    execute format('select w.id from (select distinct %1$s_id as id from written where %1$s_id is not null) w
      where not exists (select 1 from %1$I r where r.id = w.id) limit 1', target) into missing;
    if missing is not null then
      raise foreign_key_violation using
        message = format('insert or update on table "%1$s" violates foreign key constraint "%1$s_%2$s_id_fkey"', tg_table_name, target),
        detail = format('Key (%1$s_id)=(%2$s) is not present in table "%1$s".', target, missing),
        table = tg_table_name, constraint = format('%s_%s_id_fkey', tg_table_name, target);
    end if;
  end loop;
  return null;
end $$;

create trigger datapoint_references after insert on datapoint referencing new table as written
  for each statement execute function check_references(indicator, location, campaign);
create trigger aggregate_references after insert on aggregate referencing new table as written
  for each statement execute function check_references(indicator, location, campaign);
create trigger date_aggregate_references after insert on date_aggregate referencing new table as written
  for each statement execute function check_references(indicator, location);

-- A value does not move to another cell: it is retracted, and another one is written.
create function refuse_other_cell() returns trigger language plpgsql as $$
begin
  raise integrity_constraint_violation using message = format('a row of %s stays at its cell', tg_table_name);
end $$;

create trigger datapoint_stays before update of indicator_id, location_id, campaign_id, data_date on datapoint
  for each row when ((old.indicator_id, old.location_id, old.campaign_id, old.data_date)
    is distinct from (new.indicator_id, new.location_id, new.campaign_id, new.data_date)) execute function refuse_other_cell();
create trigger aggregate_stays before update of indicator_id, location_id, campaign_id on aggregate
  for each row when ((old.indicator_id, old.location_id, old.campaign_id)
    is distinct from (new.indicator_id, new.location_id, new.campaign_id)) execute function refuse_other_cell();
create trigger date_aggregate_stays before update of indicator_id, location_id, data_date on date_aggregate
  for each row when ((old.indicator_id, old.location_id, old.data_date)
    is distinct from (new.indicator_id, new.location_id, new.data_date)) execute function refuse_other_cell();

-- The other end: values hold back what they refer to, aggregates go with it. The name is the first in the alphabet: other
-- triggers of a deletion find them gone, as they did with foreign keys.
create function release_references() returns trigger language plpgsql as $$
declare
  used text;
begin
  execute format('select g.id from gone g where exists (select 1 from datapoint d where d.%s_id = g.id) limit 1', tg_table_name) into used;
  if used is not null then
    raise foreign_key_violation using
      message = format('update or delete on table "%1$s" violates foreign key constraint "datapoint_%1$s_id_fkey" on table "datapoint"', tg_table_name),
      detail = format('Key (id)=(%s) is still referenced from table "datapoint".', used),
      table = 'datapoint', constraint = format('datapoint_%s_id_fkey', tg_table_name);
  end if;
  execute format('delete from aggregate a using gone g where a.%s_id = g.id', tg_table_name);
  if tg_table_name <> 'campaign' then
    execute format('delete from date_aggregate a using gone g where a.%s_id = g.id', tg_table_name);
  end if;
  return null;
end $$;

create trigger a_release_references after delete on indicator referencing old table as gone
  for each statement execute function release_references();
create trigger a_release_references after delete on location referencing old table as gone
  for each statement execute function release_references();
create trigger a_release_references after delete on campaign referencing old table as gone
  for each statement execute function release_references();

-- With the campaign in it, either index leads to one cell: without, a planner that took it for the better one read the
-- place's cells of every campaign there ever was.
drop index aggregate_location_id_idx;
create index aggregate_location_id_idx on aggregate (location_id, indicator_id, campaign_id);
