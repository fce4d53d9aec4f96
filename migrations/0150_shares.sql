-- Runs that share a number of places and wait for one: flows. A place is given by the dispatcher (src/runs/admit-runs.ts), not
-- by a job that waits; without one, nobody asks for the run's execution.
alter table run
  -- small, medium or large; null: needs no place.
  add column share_size text check (share_size in ('small', 'medium', 'large')),
  -- Owners take turns.
  add column share_owner text,
  -- When it got its place, which it keeps until it has ended, also between attempts.
  add column admitted_at timestamptz,
  add check ((share_size is null) = (share_owner is null));

create index run_share_idx on run (seq)
  where share_size is not null and state in ('queued', 'starting', 'running', 'cancelling');
create index run_turn_idx on run (share_owner, admitted_at) where admitted_at is not null;
