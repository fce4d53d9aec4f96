-- The outbox: written in the transaction that makes the mail due, sent by a job. Bodies are sealed, because they carry
-- one-time links, and emptied once sent.
create table mail (
  id uuid primary key,
  recipient text not null,
  subject text not null,
  sealed_text bytea,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  problem text
);
create index mail_created_at_idx on mail (created_at);
