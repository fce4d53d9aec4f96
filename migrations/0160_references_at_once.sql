-- The same rules as in 0100 with one look at the rows written for each column instead of two, since there may be a
-- million of them.

create or replace function check_references() returns trigger language plpgsql as $$
declare
  target text;
  named integer[];
  missing text;
begin
  foreach target in array tg_argv loop
    execute format('select array_agg(id) from (select distinct %1$s_id as id from written where %1$s_id is not null) w', target) into named;
    execute format('with found as (select id from %1$I where id = any($1) order by id for key share)
      select n.id from unnest($1) n (id) where n.id not in (select id from found) limit 1', target) into missing using named;
    if missing is not null then
      raise foreign_key_violation using
        message = format('insert or update on table "%1$s" violates foreign key constraint "%1$s_%2$s_id_fkey"', tg_table_name, target),
        detail = format('Key (%1$s_id)=(%2$s) is not present in table "%1$s".', target, missing),
        table = tg_table_name, constraint = format('%s_%s_id_fkey', tg_table_name, target);
    end if;
  end loop;
  return null;
end $$;
