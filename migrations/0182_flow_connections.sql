-- Connections a spec names as sources, and who was let use them: asked again when the run reads. Ids only, as a revision says
-- what it was made of, also when the connection is gone.
create table flow_connection (
  revision_id uuid not null references flow_revision (id) on delete cascade,
  address text not null,
  connection_id uuid not null,
  query text not null,
  user_id uuid not null,
  primary key (revision_id, address)
);
