-- Lets a browser fetch one file once without a header. Known by its hash; the credential behind it is sealed with the
-- token itself, so that these rows alone open nothing.
create table download_token (
  token_sha256 bytea primary key,
  sealed bytea not null,
  method text not null,
  path text not null,
  -- Sorted, without the token.
  query text not null,
  expires_at timestamptz not null
);
create index download_token_expires on download_token (expires_at);
