-- What was done to each table of a revision, step by step (contract flows §11, lineage): a list of records as `StepRecord` of
-- src/flows/pure/step-record.ts has them. One row a table, so that an attempt that makes it again replaces only that.
create table flow_lineage (
  revision_id uuid not null references flow_revision (id) on delete cascade,
  resource text not null,
  primary key (revision_id, resource),
  steps json not null
);
alter table flow_revision drop column lineage;
