-- The facts: one row for each value that anybody or anything stored at (indicator, place, period).

create table datapoint (
  id bigint generated always as identity primary key,
  indicator_id integer not null references indicator (id),
  location_id integer not null references location (id),
  -- The period: a campaign or a calendar day, by the indicator's resource_name.
  campaign_id integer references campaign (id),
  data_date date,
  -- Decimal, as it was written. Null only in an entry that clears its cell.
  value numeric check (value not in ('NaN', 'Infinity', '-Infinity')),
  origin text not null check (origin in ('entry', 'script', 'document')),
  -- §7.7: the lower counts.
  precedence smallint not null generated always as (case origin when 'entry' then 1 when 'script' then 2 else 3 end) stored,
  -- When the document was uploaded, the script ran or the value was entered: of equal precedence the later counts.
  ranked_at timestamptz not null,
  -- Where a document's or script's value comes from: dataset, revision and row give the source row, and the file.
  dataset_id uuid,
  revision integer,
  document_id integer,
  source_row bigint,
  source_column text,
  raw text,
  run_id uuid,
  -- Of an entry.
  entered_by uuid,
  note text,
  created_at timestamptz not null default now(),
  -- Live until then; afterwards history.
  retracted_at timestamptz,
  retracted_by uuid,
  check (num_nonnulls(campaign_id, data_date) = 1),
  check (value is not null or origin = 'entry'),
  check ((origin = 'document') = (revision is not null)),
  check (origin <> 'document' or (dataset_id is not null and source_row is not null))
);

-- The candidates of a cell, the one that counts first: whoever asks for it orders by these and takes one.
create index datapoint_campaign_cell_idx on datapoint
  (campaign_id, indicator_id, location_id, precedence, ranked_at desc, source_row desc, id desc)
  where retracted_at is null and campaign_id is not null;
create index datapoint_date_cell_idx on datapoint
  (data_date, indicator_id, location_id, precedence, ranked_at desc, source_row desc, id desc)
  where retracted_at is null and data_date is not null;
-- One person's word a cell: a second one waits for the first and then finds it.
create unique index datapoint_campaign_entry_key on datapoint (campaign_id, indicator_id, location_id)
  where origin = 'entry' and retracted_at is null and campaign_id is not null;
create unique index datapoint_date_entry_key on datapoint (data_date, indicator_id, location_id)
  where origin = 'entry' and retracted_at is null and data_date is not null;
create index datapoint_revision_idx on datapoint (dataset_id, revision, source_row) where origin = 'document';
create index datapoint_location_id_idx on datapoint (location_id);
create index datapoint_indicator_id_idx on datapoint (indicator_id);
