-- What a revision's tables were: the rows a later revision is laid onto, and the fields it is held against. Not a product: it
-- stands in no package.
create table flow_table (
  revision_id uuid not null references flow_revision (id) on delete cascade,
  resource text not null,
  primary key (revision_id, resource),
  -- Parquet, cells as text: `f1` … in their order.
  sha256 text not null,
  rows bigint not null,
  schema json not null,
  -- Fields as they were read from the source, before the steps.
  arrived json not null
);
create index flow_table_sha256_idx on flow_table (sha256);
