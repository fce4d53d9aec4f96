-- Flows: datasets of the spec store, their revisions and pipelines. States: src/flows/pure/. JSON stays `json`: what was
-- sent comes back with its keys in order.
create table flow_dataset (
  id uuid primary key,
  -- `meta.ownerid` as sent; of an external auth server it names nobody here.
  owner_id text not null,
  name text not null,
  unique (owner_id, name),
  owner_name text not null,
  -- Whose runs these are, where the owner is one of ours.
  user_id uuid references "user" (id),
  project_id uuid references project (id),
  findability text not null check (findability in ('published', 'unlisted', 'private')),
  certified boolean not null default false,
  -- Numbers only grow; the row's lock gives the next one.
  latest_n integer not null default 0,
  successful_n integer,
  schedule text,
  schedule_options json not null default '{}',
  scheduled_for timestamptz,
  checked_at timestamptz,
  -- The last firing's fault; the next one that works clears it.
  schedule_problem text,
  -- Set when `stop_after_failures` was reached; an upload clears it.
  paused_at timestamptz,
  failures integer not null default 0,
  created_at timestamptz not null default now()
);
create index flow_dataset_due_idx on flow_dataset (scheduled_for) where scheduled_for is not null and paused_at is null;
create index flow_dataset_published_idx on flow_dataset (id) where findability = 'published' and successful_n is not null;

create table flow_revision (
  id uuid primary key,
  dataset_id uuid not null references flow_dataset (id) on delete cascade,
  n integer not null check (n >= 1),
  unique (dataset_id, n),
  spec json not null,
  normalised json not null,
  plan json not null,
  -- What the spec wishes the dataset to be; loosening waits for success.
  findability text not null,
  origin text not null check (origin in ('upload', 'schedule')),
  status text not null default 'pending' check (status in ('pending', 'running', 'success', 'failed')),
  error_log json not null default '[]',
  stats json,
  -- The parent run; its log is the revision's.
  run_id uuid not null references run (id),
  fingerprint text,
  package json,
  lineage json,
  issues_sha256 text,
  issue_count integer,
  accepted_at timestamptz not null default clock_timestamp(),
  modified_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  check ((status in ('success', 'failed')) = (ended_at is not null))
);
create index flow_revision_run_idx on flow_revision (run_id);
create index flow_revision_open_idx on flow_revision (dataset_id, n) where ended_at is null;

-- Terminal is terminal, whoever tries.
create function refuse_change_of_ended_flow() returns trigger language plpgsql as $$
begin
  raise exception 'flow revision % is % and stays so', old.id, old.status using errcode = 'check_violation';
end $$;
create trigger flow_revision_ended before update of status on flow_revision for each row
  when (old.status in ('success', 'failed') and new.status <> old.status)
  execute function refuse_change_of_ended_flow();

create table flow_pipeline (
  revision_id uuid not null references flow_revision (id) on delete cascade,
  -- Plan order.
  position integer not null,
  primary key (revision_id, position),
  id text not null unique,
  title text not null,
  dependencies json not null,
  status text not null default 'pending' check (status in ('pending', 'running', 'success', 'failed')),
  stats json not null default '{}',
  error_log json not null default '[]',
  run_id uuid not null references run (id),
  started_at timestamptz,
  ended_at timestamptz
);

create table flow_product (
  revision_id uuid not null references flow_revision (id) on delete cascade,
  resource text not null,
  primary key (revision_id, resource),
  position integer not null,
  pipeline_id text not null,
  path text not null,
  sha256 text not null,
  bytes bigint not null,
  rowcount bigint,
  media_type text not null,
  descriptor json not null,
  package json not null
);
create index flow_product_sha256_idx on flow_product (sha256);

create table flow_source (
  revision_id uuid not null references flow_revision (id) on delete cascade,
  url text not null,
  primary key (revision_id, url),
  sha256 text not null,
  bytes bigint not null,
  etag text,
  last_modified text,
  final_url text
);
create index flow_source_sha256_idx on flow_source (sha256);

-- What happened, for those who want to be told. Written with what it tells of.
create table flow_event (
  id uuid primary key,
  dataset_id uuid not null references flow_dataset (id) on delete cascade,
  revision_id uuid references flow_revision (id) on delete cascade,
  kind text not null,
  body json not null,
  at timestamptz not null default clock_timestamp()
);
create index flow_event_dataset_idx on flow_event (dataset_id, id);

-- One document a dataset (contract §3.4).
create table flow_catalogue (
  dataset_id uuid primary key references flow_dataset (id) on delete cascade,
  id text not null unique,
  document json not null,
  updated_at timestamptz not null default clock_timestamp()
);
