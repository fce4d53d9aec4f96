-- A code that goes takes what columns say of it along; every foreign key is found by an index (contract monitoring §3.1).
create index document_column_source_object_map_id_idx on document_column (source_object_map_id);
