-- Answers to POST requests that carried an Idempotency-Key, kept 24 hours. Written in the transaction of the request
-- itself: an answer is here exactly when its work is.
create table idempotency_answer (
  caller text not null,
  route text not null,
  key text not null,
  request_sha256 text not null,
  status int not null,
  headers jsonb not null,
  body text not null,
  created_at timestamptz not null default now(),
  primary key (caller, route, key)
);
create index idempotency_answer_created_at on idempotency_answer (created_at);
