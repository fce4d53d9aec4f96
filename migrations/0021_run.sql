-- Everything that takes time. States and who may change them: src/runs/pure/state.ts.
create table run (
  id uuid primary key,
  -- Order of insertion. Within one serial key it is also the order of commit: the insert holds a lock on the key.
  seq bigint generated always as identity,
  kind text not null check (kind <> ''),
  state text not null default 'queued'
    check (state in ('queued', 'starting', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled')),
  project_id uuid references project (id),
  user_id uuid references "user" (id),
  subject_type text,
  subject_id text,
  parent_id uuid references run (id) on delete cascade,
  retry_of uuid references run (id) on delete set null,
  payload jsonb not null default '{}',
  summary jsonb,
  -- {code, message, status?, errors?, hint?}
  error jsonb,
  progress smallint not null default 0 check (progress between 0 and 100),
  step text,
  -- Counts claims and only ever grows: what an earlier attempt still sends is recognised by it and refused.
  attempt integer not null default 0,
  -- Attempts that ended through no fault of their own (an orderly stop of the worker) and do not count.
  attempts_forgiven integer not null default 0,
  max_attempts integer not null default 1 check (max_attempts >= 1),
  -- False: only what the machinery caused (a lost worker, a lost database) is tried again.
  retry_failures boolean not null default false,
  retry_delay_seconds integer not null default 0 check (retry_delay_seconds >= 0),
  timeout_seconds integer not null check (timeout_seconds >= 1),
  -- Runs of one key run one after another, in order of `seq`.
  serial_key text,
  -- False: whoever made it moves it (a parent whose state is derived, a run outside of Granary).
  dispatched boolean not null default true,
  -- Job to enqueue, with {runId}, in the statement that ends the run; however it ends.
  on_end text,
  -- Number of the newest log line; taking the next number locks this row, so lines become visible in order.
  log_seq bigint not null default 0,
  -- By the database's clock. Null while nobody works on it.
  lease_until timestamptz,
  lease_owner uuid,
  -- Not to be started before; null = at once.
  due_at timestamptz,
  queued_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  cancel_requested_at timestamptz,
  updated_at timestamptz not null default now(),
  check ((state in ('succeeded', 'failed', 'cancelled')) = (ended_at is not null)),
  check ((subject_type is null) = (subject_id is null))
);

-- Each change of state touches every index of its row, so there are few, and most are partial.
create index run_project_id_idx on run (project_id, id) where project_id is not null;
create index run_user_id_idx on run (user_id, id) where user_id is not null;
create index run_parent_id_idx on run (parent_id) where parent_id is not null;
create index run_retry_of_idx on run (retry_of) where retry_of is not null;
create index run_subject_idx on run (subject_type, subject_id) where subject_id is not null;
create index run_open_idx on run (id) where state in ('queued', 'starting', 'running', 'cancelling');
create index run_serial_idx on run (serial_key, seq)
  where serial_key is not null and state in ('queued', 'starting', 'running', 'cancelling');
-- The last word on "one after another", should the claim ever be wrong.
create unique index run_serial_key on run (serial_key)
  where serial_key is not null and state in ('starting', 'running', 'cancelling');

-- Terminal states are terminal, whoever tries. Costs nothing on the lawful paths: the condition is seen first.
create function refuse_change_of_ended_run() returns trigger language plpgsql as $$
begin
  raise exception 'run % is % and stays so', old.id, old.state using errcode = 'check_violation';
end $$;
create trigger run_ended before update of state on run for each row
  when (old.state in ('succeeded', 'failed', 'cancelled') and new.state <> old.state)
  execute function refuse_change_of_ended_run();

create table run_log (
  run_id uuid not null references run (id) on delete cascade,
  seq bigint not null,
  at timestamptz not null default clock_timestamp(),
  level text not null check (level in ('debug', 'info', 'warn', 'warning', 'error', 'critical')),
  text text not null,
  primary key (run_id, seq)
);
