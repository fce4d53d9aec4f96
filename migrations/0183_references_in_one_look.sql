-- The same rules as in 0100 and 0160 with one look at the rows written instead of one for each column.

create or replace function check_references() returns trigger language plpgsql as $$
declare
  named record;
  missing text;
begin
  for named in execute (
    select format('select %s as target, array_agg(id) as ids from (
        select coalesce(%s) as id, grouping(%2$s) as of from written group by grouping sets (%s)) w
      where id is not null group by of order by of',
      'case of ' || string_agg(format('when %s then %L', (1 << cardinality(tg_argv)) - 1 - (1 << (cardinality(tg_argv) - n)::int), target), ' ') || ' end',
      string_agg(quote_ident(target || '_id'), ', ' order by n), string_agg(format('(%I)', target || '_id'), ', ' order by n))
    from unnest(tg_argv) with ordinality a (target, n))
  loop
    execute format('with found as (select id from %1$I where id = any($1) order by id for key share)
      select n.id from unnest($1) n (id) where n.id not in (select id from found) limit 1', named.target) into missing using named.ids;
    if missing is not null then
      raise foreign_key_violation using
        message = format('insert or update on table "%1$s" violates foreign key constraint "%1$s_%2$s_id_fkey"', tg_table_name, named.target),
        detail = format('Key (%1$s_id)=(%2$s) is not present in table "%1$s".', named.target, missing),
        table = tg_table_name, constraint = format('%s_%s_id_fkey', tg_table_name, named.target);
    end if;
  end loop;
  return null;
end $$;
