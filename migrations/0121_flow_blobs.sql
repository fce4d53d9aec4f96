-- Blobs a spec names as sources, checked against the rights of who sent it. They stay while the revision does, and its run
-- reads no others.
create table flow_blob (
  revision_id uuid not null references flow_revision (id) on delete cascade,
  sha256 text not null,
  primary key (revision_id, sha256)
);
create index flow_blob_sha256_idx on flow_blob (sha256);
