-- Everything that arrives is a revision of a dataset. Bytes lie in the blob store under their sha256; these tables say
-- what they are. References to project, user and run are kept by the code that writes them: rows outlive a deleted user.

create table dataset (
  id uuid primary key,
  -- The short number older clients know a dataset by.
  number integer generated always as identity unique,
  project_id uuid not null,
  name text not null check (name ~ '^[a-z0-9._-]+$' and length(name) <= 200),
  title text not null default '',
  description text not null default '',
  -- Table Schema agreed on; null before the first revision.
  schema jsonb,
  -- Columns that identify a row; empty: none.
  key text[] not null default '{}',
  -- Reading options and recipe taken over for the next file.
  reading jsonb not null default '{}',
  recipe jsonb not null default '[]',
  -- Defaults for the options of an upload, and issue exclusions.
  settings jsonb not null default '{}',
  -- Data Package properties: licenses, sources, contributors, keywords.
  metadata jsonb not null default '{}',
  latest_revision integer not null default 0,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  deleted_by uuid
);
create unique index dataset_name on dataset (project_id, name) where deleted_at is null;

-- One file or batch of records that came in, whatever became of it.
create table upload (
  id uuid primary key,
  project_id uuid not null,
  -- Null for a dry run of a dataset that does not exist: nothing but the file is kept.
  dataset_id uuid references dataset,
  dataset_name text not null,
  run_id uuid,
  user_id uuid,
  file_name text not null,
  media_type text not null,
  bytes bigint not null,
  blob_sha256 text not null,
  source text not null check (source in ('upload', 'push', 'pull', 'flow', 'function', 'entry')),
  -- As asked for, after the dataset's defaults were filled in.
  options jsonb not null default '{}',
  -- sha256 of blob, reading, recipe and options that decide the outcome: equal fingerprints give equal batches.
  fingerprint text,
  state text not null check (state in
    ('received', 'awaiting_confirmation', 'published', 'unchanged', 'failed', 'dropped', 'previewed')),
  revision integer,
  -- Whether this upload brought its dataset into being.
  created_dataset boolean not null default false,
  duplicate_of uuid,
  -- The upload whose quarantined rows this one brings corrected.
  quarantine_of uuid references upload,
  -- The upload that closed the quarantined rows of this one.
  quarantine_closed_by uuid references upload,
  -- {read, inserted, updated, unchanged, rejected}
  counts jsonb,
  -- {error, warning, info, listed, groups: [{severity, code, column, count}]}; exact, whatever is listed.
  issue_counts jsonb,
  issues_sha256 text,
  -- Rejected rows with their original columns and _error.
  rejects_sha256 text,
  -- The checked rows of an upload that waits for a word, and what they would change.
  batch_sha256 text,
  -- {schema, reading, rows, changes}: what a reviewer sees.
  preview jsonb,
  -- {code, message} of a failed upload.
  error jsonb,
  note text not null default '',
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index upload_dataset on upload (dataset_id, created_at desc);
create index upload_blob on upload (project_id, blob_sha256);
create index upload_run on upload (run_id);
create index upload_user on upload (user_id, created_at desc);
create index upload_underway on upload (updated_at) where state = 'received';
create index upload_waiting on upload (expires_at) where expires_at is not null;

create table revision (
  dataset_id uuid not null references dataset,
  n integer not null check (n > 0),
  kind text not null check (kind in ('ingest', 'undo', 'restore', 'function')),
  upload_id uuid references upload,
  run_id uuid,
  -- What this arrival alone brought; null for undo and restore.
  batch_sha256 text,
  -- The whole table: the columns of schema, then _row and _line (of the file), _upload (whose file).
  table_sha256 text not null,
  schema jsonb not null,
  rows bigint not null,
  bytes bigint not null,
  mode text check (mode in ('append', 'upsert', 'replace')),
  key text[] not null default '{}',
  recipe jsonb not null default '[]',
  reading jsonb not null default '{}',
  counts jsonb not null,
  issue_counts jsonb not null,
  issues_sha256 text,
  version text not null,
  changelog text not null default '',
  -- The revision that was undone or restored.
  refers_to integer,
  created_by uuid,
  created_at timestamptz not null default now(),
  primary key (dataset_id, n)
);
create index revision_run on revision (run_id);

-- Ordered batches of a revision: those with first_n <= n < until_n, by position. An interval instead of one row per
-- revision and batch, because a dataset that grows daily for years would otherwise need their square.
create table revision_batch (
  dataset_id uuid not null references dataset,
  position integer not null,
  first_n integer not null,
  until_n integer,
  batch_sha256 text not null,
  upload_id uuid not null references upload,
  mode text not null check (mode in ('append', 'upsert', 'replace')),
  key text[] not null default '{}',
  blank text not null default 'keep' check (blank in ('keep', 'clear')),
  rows bigint not null,
  primary key (dataset_id, position, first_n)
);
create index revision_batch_upload on revision_batch (upload_id);

-- Files made from a revision, kept because they were costly to make; each can be made again.
create table product (
  dataset_id uuid not null,
  n integer not null,
  format text not null,
  sha256 text not null,
  bytes bigint not null,
  created_at timestamptz not null default now(),
  primary key (dataset_id, n, format),
  foreign key (dataset_id, n) references revision
);

create table issue_acknowledgement (
  id uuid primary key,
  upload_id uuid not null references upload,
  code text not null,
  -- Null: whatever the column, or whatever the row.
  column_name text,
  row bigint,
  reason text not null check (length(reason) between 1 and 2000),
  user_id uuid,
  created_at timestamptz not null default now()
);
create index issue_acknowledgement_upload on issue_acknowledgement (upload_id);
