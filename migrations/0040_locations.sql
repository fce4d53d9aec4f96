-- Places, the tree they form, their shapes, and who is responsible for which part of it.

create table location_type (
  id integer generated always as identity primary key,
  name text not null unique check (name <> ''),
  -- 0 = widest.
  admin_level integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table location (
  id integer generated always as identity primary key,
  name text not null check (name <> ''),
  location_code text not null unique check (location_code <> ''),
  location_type_id integer not null references location_type (id),
  parent_location_id integer references location (id),
  latitude double precision check (latitude between -90 and 90),
  longitude double precision check (longitude between -180 and 180),
  lpd_status integer,
  aliases jsonb not null default '[]' check (jsonb_typeof(aliases) = 'array'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- On an expression, so that the parent is no "key column": a move then does not wait for inserts below the moved place.
create unique index location_name_key on location (name, coalesce(parent_location_id, 0));
create index location_parent_location_id_idx on location (parent_location_id);
create index location_location_type_id_idx on location (location_type_id);

-- The closure of the parent links. Written by the triggers below alone; foreign keys would only check again, row by
-- row, what one statement derives from the links.
create table location_tree (
  id bigint generated always as identity primary key,
  parent_location_id integer not null,
  location_id integer not null,
  lvl integer not null,
  unique (location_id, parent_location_id)
);
create index location_tree_parent_location_id_idx on location_tree (parent_location_id, lvl, location_id);

-- Whoever changes the tree waits for whoever is changing it: two moves at once could each be right and together a cycle,
-- and a place added below one being moved would get the ancestors of yesterday.
create function lock_location_tree() returns void language sql as
  $$ select pg_advisory_xact_lock(hashtextextended('location_tree', 0)) $$;

-- The last guard; src/locations refuses cycles before they get here, with the same text.
create function refuse_location_cycle(upwards integer[]) returns void language plpgsql as $$
begin
  raise exception 'location % cannot be below itself: %', upwards[1],
    (select string_agg(upwards[i]::text, ' > ' order by i desc) from generate_subscripts(upwards, 1) i)
    using errcode = 'check_violation', constraint = 'location_below_itself';
end $$;

create function add_to_location_tree() returns trigger language plpgsql as $$
declare circle integer[];
begin
  perform lock_location_tree();
  with recursive up (location_id, ancestor, above, lvl, path, is_circle) as (
    select id, id, parent_location_id, 0, array[id], false from added
    union all
    select up.location_id, l.id, l.parent_location_id, up.lvl + 1, up.path || l.id, l.id = any (up.path)
    from up join location l on l.id = up.above where not up.is_circle
  ), written as (
    insert into location_tree (parent_location_id, location_id, lvl)
    select ancestor, location_id, lvl from up where not is_circle
  )
  select path into circle from up where is_circle and ancestor = location_id order by location_id limit 1;
  if circle is not null then perform refuse_location_cycle(circle); end if;
  return null;
end $$;

-- A move touches the moved subtrees only: each place in them keeps its ancestors up to the nearest moved one, loses
-- those above it, and gets the chain the links now give. Two statements, however many places move at once.
create function move_in_location_tree() returns trigger language plpgsql as $$
declare
  moved integer[];
  circle integer[];
begin
  select array_agg(n.id) into moved from changed n join unchanged o on o.id = n.id
    where n.parent_location_id is distinct from o.parent_location_id;
  if moved is null then return null; end if;
  perform lock_location_tree();
  with recursive up (moved_id, ancestor, above, path, is_circle) as (
    select id, id, parent_location_id, array[id], false from location where id = any (moved)
    union all
    select up.moved_id, l.id, l.parent_location_id, up.path || l.id, l.id = any (up.path)
    from up join location l on l.id = up.above where not up.is_circle
  )
  select path into circle from up where is_circle and ancestor = moved_id order by moved_id limit 1;
  if circle is not null then perform refuse_location_cycle(circle); end if;

  delete from location_tree t using (
    select location_id, min(lvl) as kept from location_tree where parent_location_id = any (moved) group by location_id
  ) below where t.location_id = below.location_id and t.lvl > below.kept;

  with recursive up (moved_id, ancestor, above, lvl) as (
    select id, id, parent_location_id, 0 from location where id = any (moved)
    union all
    select up.moved_id, l.id, l.parent_location_id, up.lvl + 1 from up join location l on l.id = up.above
  )
  insert into location_tree (parent_location_id, location_id, lvl)
  select up.ancestor, below.location_id, up.lvl + below.lvl
  from up join location_tree below on below.parent_location_id = up.moved_id where up.lvl > 0;
  return null;
end $$;

create function remove_from_location_tree() returns trigger language plpgsql as $$
begin
  perform lock_location_tree();
  delete from location_tree t using removed where t.location_id = removed.id;
  return null;
end $$;

create trigger location_added after insert on location referencing new table as added
  for each statement execute function add_to_location_tree();
create trigger location_moved after update on location referencing old table as unchanged new table as changed
  for each statement execute function move_in_location_tree();
create trigger location_removed after delete on location referencing old table as removed
  for each statement execute function remove_from_location_tree();

create table location_polygon (
  location_id integer primary key references location (id),
  geo_json jsonb not null,
  west double precision not null,
  south double precision not null,
  east double precision not null,
  north double precision not null,
  bytes integer not null,
  -- Null: its stored simplifications, or its neighbours' side of a common border, are still to be made.
  simplified_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index location_polygon_box_idx on location_polygon using gist (box(point(west, south), point(east, north)));
create index location_polygon_unsimplified_idx on location_polygon (location_id) where simplified_at is null;

-- A shape that comes, changes or goes changes the borders of those of its level that it touches or touched: all of them
-- are to be simplified again, and are shown in full until then.
create function unsimplify_around(places integer[], boxes box[]) returns void language plpgsql as $$
begin
  update location_polygon p set simplified_at = null
  from location l join location_type k on k.id = l.location_type_id
  where p.simplified_at is not null and l.id = p.location_id and exists (
    select 1 from unnest(places, boxes) c (place, area)
      join location cl on cl.id = c.place join location_type ck on ck.id = cl.location_type_id
    where ck.admin_level = k.admin_level and box(point(p.west, p.south), point(p.east, p.north)) && c.area);
end $$;
create function polygon_added() returns trigger language plpgsql as $$ begin
  perform unsimplify_around(array_agg(location_id), array_agg(box(point(west, south), point(east, north)))) from added
    having count(*) > 0;
  return null;
end $$;
create function polygon_changed() returns trigger language plpgsql as $$ begin
  perform unsimplify_around(array_agg(n.location_id), array_agg(box(point(r.west, r.south), point(r.east, r.north))))
    from changed n join unchanged o using (location_id),
      lateral (values (n.west, n.south, n.east, n.north), (o.west, o.south, o.east, o.north)) r (west, south, east, north)
    where n.geo_json is distinct from o.geo_json having count(*) > 0;
  return null;
end $$;
create function polygon_removed() returns trigger language plpgsql as $$ begin
  perform unsimplify_around(array_agg(location_id), array_agg(box(point(west, south), point(east, north)))) from removed
    having count(*) > 0;
  return null;
end $$;
create trigger polygon_added after insert on location_polygon referencing new table as added
  for each statement execute function polygon_added();
create trigger polygon_changed after update on location_polygon referencing old table as unchanged new table as changed
  for each statement execute function polygon_changed();
create trigger polygon_removed after delete on location_polygon referencing old table as removed
  for each statement execute function polygon_removed();

-- The shape as a GeoJSON feature. Writes go through to the table.
create view geo_feature as
  select p.location_id, p.geo_json, p.west, p.south, p.east, p.north, p.bytes, p.simplified_at, p.created_at, p.updated_at,
    (select coalesce(l.parent_location_id, l.id) from location l where l.id = p.location_id) as parent_location_id,
    (select jsonb_build_object('location_id', l.id, 'name', l.name) from location l where l.id = p.location_id) as properties
  from location_polygon p;

-- A shape made coarser, by the deviation allowed.
create table location_shape (
  location_id integer not null references location_polygon (location_id) on delete cascade,
  tolerance_metres integer not null,
  geo_json jsonb not null,
  bytes integer not null,
  primary key (location_id, tolerance_metres)
);

create table location_responsibility (
  id integer generated always as identity primary key,
  -- The integer id: the clients of these resources know no other.
  user_id integer not null references "user" (number),
  top_lvl_location_id integer not null references location (id),
  "right" text not null default 'view' check ("right" in ('view', 'capture', 'manage')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, top_lvl_location_id, "right")
);
create index location_responsibility_top_lvl_location_id_idx on location_responsibility (top_lvl_location_id);
