-- A document may be the corrected rows of another one: each says by number which row it stands for.
alter table source_doc add corrects integer references source_doc on delete set null;
create index source_doc_corrects_idx on source_doc (corrects) where corrects is not null;
alter table source_submission add corrects_row integer;
create index source_submission_corrects_idx on source_submission (document_id, corrects_row) where corrects_row is not null;
