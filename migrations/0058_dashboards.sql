-- Charts and the dashboards that show them. A chart is named in `rows` by its uuid, never copied.

create table custom_chart (
  id integer generated always as identity primary key,
  uuid text not null unique check (uuid <> ''),
  title text not null unique check (title <> ''),
  chart_json jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table custom_dashboard (
  id integer generated always as identity primary key,
  title text not null unique check (title <> ''),
  description text not null default '',
  layout integer not null default 0,
  rows jsonb not null default '[]' check (jsonb_typeof(rows) = 'array'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Every string inside that is the uuid of a chart becomes the chart; everything else stays as it is.
create function with_charts(value jsonb) returns jsonb language plpgsql stable parallel safe as $$
begin
  return case jsonb_typeof(value)
    when 'array' then
      (select coalesce(jsonb_agg(with_charts(e) order by n), '[]') from jsonb_array_elements(value) with ordinality a (e, n))
    when 'object' then
      (select coalesce(jsonb_object_agg(key, with_charts(e)), '{}') from jsonb_each(value) o (key, e))
    when 'string' then coalesce(
      (select jsonb_build_object('id', c.id, 'uuid', c.uuid, 'title', c.title, 'chart_json', c.chart_json)
        from custom_chart c where c.uuid = value #>> '{}'), value)
    else value
  end;
end $$;
