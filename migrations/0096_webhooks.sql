-- Who is told of what happens to flows, and what was told to whom: an outbox that is also the log of deliveries.

create table webhook (
  id uuid primary key default gen_random_uuid(),
  -- In the name of a project, or of the person alone.
  project_id uuid references project (id) on delete cascade,
  owner_id uuid not null,
  -- Whose it is by having made it: of a project's webhooks the project's managers alone decide.
  personal_owner_id uuid generated always as (case when project_id is null then owner_id end) stored,
  url text not null,
  events jsonb not null,
  -- Sealed; signs what is sent, and is never read back.
  secret text not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index webhook_project_id_idx on webhook (project_id);
create index webhook_owner_id_idx on webhook (owner_id);

create table webhook_delivery (
  id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null references webhook (id) on delete cascade,
  -- The same in every attempt and every re-send: how a receiver knows what it has seen.
  event_id uuid not null,
  event text not null,
  body jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz default now(),
  last_status integer,
  last_error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index webhook_delivery_webhook_id_idx on webhook_delivery (webhook_id, created_at desc);
