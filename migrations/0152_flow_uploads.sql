-- Uploads of the last minute, to be counted by owner.
create index flow_revision_upload_idx on flow_revision (accepted_at) where origin = 'upload';
