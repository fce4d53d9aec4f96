-- One row a process that works on jobs, so that the jobs of a dead one are given back after seconds, not hours.
create table worker_process (
  id uuid primary key,
  -- What graphile-worker writes into `locked_by`.
  pool_id text not null unique,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  -- By the database's clock; past it the process counts as dead.
  alive_until timestamptz not null
);
