-- Files of indicator data, the codes they use, the memory of what the codes mean, and what did not become a value.

create extension if not exists pg_trgm;

-- Equal after case, accents, punctuation and blanks are taken away.
create function folded(name text) returns text language sql immutable parallel safe as $$
  select btrim(regexp_replace(regexp_replace(lower(normalize(name, NFKD)), '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'))
$$;
create index location_folded_idx on location using gin (folded(name) gin_trgm_ops);
create index location_folded_name_idx on location (folded(name));

create table source_doc (
  id integer generated always as identity primary key,
  guid uuid not null unique,
  doc_title text not null unique check (doc_title <> ''),
  file_type text not null check (file_type in ('campaign', 'date')),
  file_name text not null,
  media_type text not null,
  sha256 text not null,
  bytes bigint not null,
  -- The data: a revision of a dataset, whose rows the engine took in as text.
  dataset_id uuid not null references dataset,
  revision integer,
  upload_id uuid,
  run_id uuid,
  state text not null default 'received' check (state in ('received', 'mapping', 'processed', 'undone', 'failed')),
  duplicate_of integer references source_doc on delete set null,
  file_header jsonb not null default '[]',
  created_by uuid,
  -- The places the uploader may enter values for, as of the upload; null is everywhere.
  capture_tops integer[],
  -- What its processing of late did: see docs/documents.md.
  summary jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index source_doc_dataset_idx on source_doc (dataset_id, revision);
create index source_doc_sha256_idx on source_doc (sha256);
create index source_doc_created_by_idx on source_doc (created_by);
create index source_doc_duplicate_of_idx on source_doc (duplicate_of);

create table doc_detail_type (
  id integer generated always as identity primary key,
  name text not null unique check (name <> ''),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
insert into doc_detail_type (name) values ('location_column'), ('campaign_column'), ('date_column'), ('uq_id_column'),
  ('indicator_column'), ('value_column'), ('sheet'), ('header_row'), ('encoding'), ('delimiter'), ('decimal'), ('thousands'),
  ('date_order'), ('percent'), ('missing_values'), ('duplicates');
create table doc_detail (
  id integer generated always as identity primary key,
  document_id integer not null references source_doc on delete cascade,
  doc_detail_type_id integer not null references doc_detail_type,
  doc_detail_value text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (document_id, doc_detail_type_id)
);
create index doc_detail_type_idx on doc_detail (doc_detail_type_id);

-- "The code X in files is this indicator, place or campaign": one memory for all documents.
create table source_object_map (
  id integer generated always as identity primary key,
  content_type text not null check (content_type in ('indicator', 'location', 'campaign')),
  source_object_code text not null check (source_object_code <> ''),
  -- −1: not mapped.
  master_object_id integer not null default -1,
  is_ignored boolean not null default false,
  origin text not null default 'person' check (origin in ('person', 'exact', 'import')),
  mapped_by uuid,
  -- [{master_object_id, name, score, reason}], the best first.
  suggestions jsonb not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (content_type, source_object_code)
);
create index source_object_map_master_idx on source_object_map (content_type, master_object_id);

create table source_object_map_history (
  id bigint generated always as identity primary key,
  source_object_map_id integer not null references source_object_map on delete cascade,
  master_object_id integer not null,
  is_ignored boolean not null,
  origin text not null,
  mapped_by uuid,
  at timestamptz not null default now()
);
create index source_object_map_history_idx on source_object_map_history (source_object_map_id, id);

-- Which document uses which code. Of an indicator's, also what the numbers and days of its column look like as a whole:
-- one cell alone does not tell how it is to be read.
create table document_code (
  document_id integer not null references source_doc on delete cascade,
  source_object_map_id integer not null references source_object_map on delete cascade,
  rows integer not null,
  -- Cells that say something.
  cells integer not null,
  -- Texts that are a number only with a decimal point, only with a decimal comma, either way with different values; and
  -- of the last those with a fraction, read with a point and with a comma.
  point_only integer not null default 0,
  comma_only integer not null default 0,
  point_or_comma integer not null default 0,
  point_fractions integer not null default 0,
  comma_fractions integer not null default 0,
  -- Texts that are a day only with the day first, only with the month first.
  day_first_only integer not null default 0,
  month_first_only integer not null default 0,
  primary key (document_id, source_object_map_id)
);
create index document_code_map_idx on document_code (source_object_map_id);

-- The columns of a document, as they stand in the file.
create table document_column (
  document_id integer not null references source_doc on delete cascade,
  position integer not null,
  name text not null,
  role text not null check (role in ('location', 'campaign', 'date', 'unique_key', 'indicator_code', 'value', 'indicator')),
  -- Of an indicator's column.
  source_object_map_id integer references source_object_map on delete cascade,
  primary key (document_id, position)
);

-- One row of a file. The id is made of document and row, so that it stays the same when the file is read again.
create table source_submission (
  id bigint primary key,
  document_id integer not null references source_doc on delete cascade,
  instance_guid text not null,
  row_number integer not null,
  line bigint,
  location_code text,
  campaign_code text,
  indicator_code text,
  date_text text,
  data_date date,
  location_map_id integer,
  campaign_map_id integer,
  indicator_map_id integer,
  -- Why the row cannot count whatever its codes mean; a later row with the same key.
  problem text,
  duplicate_of integer,
  -- The row as it stands in the file, in the order of file_header.
  cells text[] not null,
  process_status text not null default 'TO_PROCESS'
    check (process_status in ('TO_PROCESS', 'PROCESSED', 'PARTIAL', 'UNMAPPED', 'REJECTED', 'DUPLICATE')),
  -- The place it is about, once its code is mapped.
  location_id integer
);
create index source_submission_document_idx on source_submission (document_id, row_number);

create table document_issue (
  id bigint generated always as identity primary key,
  document_id integer not null references source_doc on delete cascade,
  row_number integer,
  line bigint,
  column_name text,
  source_object_map_id integer,
  location_id integer,
  severity text not null check (severity in ('error', 'warning')),
  code text not null,
  raw text,
  message text not null,
  suggestion text,
  -- How many cells it is about.
  cells integer not null,
  -- Found while the file was read, before any code was looked at.
  of_file boolean not null default false
);
create index document_issue_document_idx on document_issue (document_id, row_number);

-- Codes whose meaning has changed: every document that uses them is derived again. Deleted in the transaction that does it.
create table mapping_request (
  id bigint generated always as identity primary key,
  source_object_map_id integer not null
);

create function mapping_changed() returns trigger language plpgsql as $$ begin
  insert into source_object_map_history (source_object_map_id, master_object_id, is_ignored, origin, mapped_by)
  select n.id, n.master_object_id, n.is_ignored, n.origin, n.mapped_by from changed n join unchanged o using (id)
  where (n.master_object_id, n.is_ignored) is distinct from (o.master_object_id, o.is_ignored);
  insert into mapping_request (source_object_map_id)
  select n.id from changed n join unchanged o using (id)
  where (n.master_object_id, n.is_ignored) is distinct from (o.master_object_id, o.is_ignored)
    and exists (select 1 from document_code c where c.source_object_map_id = n.id);
  if found then
    perform graphile_worker.add_job('derive-documents', '{}'::json, job_key => 'derive-documents', max_attempts => 25);
  end if;
  return null;
end $$;
create function mapping_added() returns trigger language plpgsql as $$ begin
  insert into source_object_map_history (source_object_map_id, master_object_id, is_ignored, origin, mapped_by)
  select id, master_object_id, is_ignored, origin, mapped_by from added where master_object_id > 0 or is_ignored;
  return null;
end $$;
create trigger mapping_changed after update on source_object_map referencing old table as unchanged new table as changed
  for each statement execute function mapping_changed();
create trigger mapping_added after insert on source_object_map referencing new table as added
  for each statement execute function mapping_added();

-- What a code meant is gone: it is unmapped, and asks for a person again.
create function master_object_removed() returns trigger language plpgsql as $$ begin
  update source_object_map m set master_object_id = -1, origin = 'person', mapped_by = null, updated_at = now()
  from removed r where m.content_type = tg_argv[0] and m.master_object_id = r.id;
  return null;
end $$;
create trigger indicator_removed_from_mappings after delete on indicator referencing old table as removed
  for each statement execute function master_object_removed('indicator');
create trigger location_removed_from_mappings after delete on location referencing old table as removed
  for each statement execute function master_object_removed('location');
create trigger campaign_removed_from_mappings after delete on campaign referencing old table as removed
  for each statement execute function master_object_removed('campaign');

-- The project whose datasets hold documents that name no other. Nobody belongs to it: who sees what is decided by place.
create table document_project (
  is_only boolean primary key default true check (is_only),
  project_id uuid not null
);

-- What documents say of cells, live.
create view document_value as
  select p.id, p.document_id, p.document_id::bigint * 10000000 + p.source_row as source_submission_id, p.indicator_id,
    p.location_id, p.campaign_id, p.data_date, p.value, p.source_row, p.source_column, p.raw
  from source_doc d join datapoint p on p.dataset_id = d.dataset_id and p.revision = d.revision and p.document_id = d.id
  where p.origin = 'document' and p.retracted_at is null;
