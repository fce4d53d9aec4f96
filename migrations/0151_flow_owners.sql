-- What the token of an owner's last accepted upload allowed, for the runs that follow, scheduled ones too. Null: it said nothing, and
-- the settings count.
create table flow_owner (
  owner_id text primary key,
  max_private_storage_mb double precision check (max_private_storage_mb >= 0),
  max_public_storage_mb double precision check (max_public_storage_mb >= 0),
  updated_at timestamptz not null default now()
);
