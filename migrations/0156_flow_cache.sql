-- Outcomes of flows by the name of what they are made of (contract flows §11): staged sources and tables after a step. What is not used
-- for `FLOW_CACHE_DAYS` goes, and with it the hold on its blobs.
create table flow_cache (
  -- SHA-256 over inputs, step, versions: src/flows/engine/step-keys.ts.
  key text primary key,
  -- All but the rows: fields, counts, log, records of lineage.
  about json not null,
  used_at timestamptz not null default now()
);
create index flow_cache_used_idx on flow_cache (used_at);

create table flow_cache_part (
  key text not null references flow_cache (key) on delete cascade,
  part text not null,
  primary key (key, part),
  sha256 text not null
);
create index flow_cache_part_sha256_idx on flow_cache_part (sha256);
