-- Other systems that data is read from: where they are, what is asked of them, and how they know us.

create table connection (
  id uuid primary key default gen_random_uuid(),
  -- Null: of the installation.
  project_id uuid references project (id) on delete cascade,
  -- In the sources of flows: connection:<name>/<query>.
  name text not null check (name ~ '^[A-Za-z0-9._-]+$'),
  title text not null default '',
  type text not null,
  config jsonb not null default '{}',
  -- {"sealed": "<base64>"}; never read back.
  secrets jsonb not null default '{}',
  -- Which of them there are.
  secret_names jsonb not null default '[]',
  -- What may be asked by name: {"<query>": <source>}.
  queries jsonb not null default '{}',
  usable_by text not null default 'managers' check (usable_by in ('managers', 'members')),
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index connection_name_key on connection (project_id, name) nulls not distinct;
