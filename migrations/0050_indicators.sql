-- What is counted or measured, how it is labelled, and what it is calculated from.

create table indicator (
  id integer generated always as identity primary key,
  short_name text not null unique check (short_name <> ''),
  name text not null unique check (name <> ''),
  description text not null default '',
  is_reported boolean not null default true,
  data_format text not null check (data_format in ('int', 'float', 'pct', 'bool', 'class', 'date_int', 'date')),
  resource_name text not null default 'campaign' check (resource_name in ('campaign', 'date')),
  source_name text not null default '',
  unit text,
  -- Null: the default of the data format.
  aggregation text check (aggregation in ('sum', 'mean', 'weighted_mean', 'min', 'max', 'count', 'last', 'none')),
  weight_indicator_id integer references indicator (id),
  min double precision,
  max double precision,
  good_bound double precision,
  bad_bound double precision,
  categories jsonb,
  aliases jsonb not null default '[]' check (jsonb_typeof(aliases) = 'array'),
  -- One more on every change that alters values, also of an indicator this one is calculated from.
  definition_version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (min <= max)
);
create index indicator_weight_indicator_id_idx on indicator (weight_indicator_id);

create table indicator_bound (
  id integer generated always as identity primary key,
  indicator_id integer not null references indicator (id),
  bound_name text not null default '',
  mn_val double precision,
  mx_val double precision,
  direction integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index indicator_bound_indicator_id_idx on indicator_bound (indicator_id);

create table indicator_tag (
  id integer generated always as identity primary key,
  tag_name text not null check (tag_name <> ''),
  parent_tag_id integer references indicator_tag (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index indicator_tag_name_key on indicator_tag (tag_name, coalesce(parent_tag_id, 0));
create index indicator_tag_parent_tag_id_idx on indicator_tag (parent_tag_id);

create table indicator_to_tag (
  id integer generated always as identity primary key,
  indicator_id integer not null references indicator (id),
  indicator_tag_id integer not null references indicator_tag (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (indicator_id, indicator_tag_id)
);
create index indicator_to_tag_indicator_tag_id_idx on indicator_to_tag (indicator_tag_id);

-- "The indicator is made from the component in this role."
create table indicator_calculation (
  id integer generated always as identity primary key,
  indicator_id integer not null references indicator (id),
  indicator_component_id integer not null references indicator (id),
  calculation text not null check (calculation in ('PART_TO_BE_SUMMED', 'NUMERATOR', 'DENOMINATOR',
    'WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE', 'latest_date', 'district_count')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (indicator_id, indicator_component_id, calculation),
  check (indicator_id <> indicator_component_id)
);
create index indicator_calculation_component_idx on indicator_calculation (indicator_component_id);
