-- Named periods, the unit of collection of campaign indicators.

create table campaign_type (
  id integer generated always as identity primary key,
  name text not null unique check (name <> ''),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table campaign (
  id integer generated always as identity primary key,
  name text not null check (name <> ''),
  campaign_type_id integer not null references campaign_type (id),
  start_date date not null,
  end_date date not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (campaign_type_id, start_date),
  check (end_date >= start_date)
);
create index campaign_start_date_idx on campaign (start_date);
