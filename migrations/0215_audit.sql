-- Who did what, when and to what (contract data-api §11): written in the transaction that does it, never changed, and
-- chained, so that a change behind our back is seen.

create table audit_entry (
  id bigint generated always as identity primary key,
  time timestamptz not null default clock_timestamp(),
  -- The uuid of a user, or `client:<id>` of a program that acts for one.
  actor text,
  on_behalf_of text,
  ip text,
  action text not null check (action <> ''),
  project_id uuid,
  dataset_id uuid,
  object text not null,
  -- Of a change, only the fields that differ.
  before jsonb,
  after jsonb,
  run uuid,
  note text,
  -- Given when entries are sealed, in the order in which they were found committed.
  seq bigint unique,
  prev_hash bytea,
  hash bytea,
  check ((seq is null) = (hash is null) and (seq is null) = (prev_hash is null))
);
create index audit_entry_unsealed_idx on audit_entry (id) where seq is null;
create index audit_entry_time_idx on audit_entry (time);
create index audit_entry_object_idx on audit_entry (object text_pattern_ops, seq);
create index audit_entry_actor_idx on audit_entry (actor, seq);
create index audit_entry_project_id_idx on audit_entry (project_id, seq) where project_id is not null;

-- What an entry's hash is of: the hash before it, and all it says. Times by their instant, whatever the session's zone.
create function audit_hash(entry audit_entry) returns bytea language sql stable parallel safe as $$
  select sha256(entry.prev_hash || convert_to(jsonb_build_array(entry.seq, iso_micros(entry.time), entry.actor,
    entry.on_behalf_of, entry.ip, entry.action, entry.project_id, entry.dataset_id, entry.object, entry.before,
    entry.after, entry.run, entry.note)::text, 'utf8'))
$$;

-- One after another, as a chain is made; how many.
create function seal_audit() returns integer language plpgsql as $$
declare
  entry audit_entry;
  last_seq bigint;
  last_hash bytea;
  sealed integer := 0;
begin
  if not exists (select 1 from audit_entry where seq is null) then return 0; end if;
  perform pg_advisory_xact_lock(hashtext('granary.audit'));
  select e.seq, e.hash into last_seq, last_hash from audit_entry e where e.seq is not null order by e.seq desc limit 1;
  for entry in select * from audit_entry e where e.seq is null order by e.id loop
    entry.seq := coalesce(last_seq, 0) + 1;
    entry.prev_hash := coalesce(last_hash, sha256(''));
    entry.hash := audit_hash(entry);
    update audit_entry e set seq = entry.seq, prev_hash = entry.prev_hash, hash = entry.hash where e.id = entry.id;
    last_seq := entry.seq;
    last_hash := entry.hash;
    sealed := sealed + 1;
  end loop;
  return sealed;
end $$;

create function keep_audit() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.seq is null and
    (to_jsonb(new) - '{seq,prev_hash,hash}'::text[]) = (to_jsonb(old) - '{seq,prev_hash,hash}'::text[]) then
    return new;
  end if;
  raise exception 'the audit log is only added to' using errcode = 'restrict_violation';
end $$;
create trigger audit_entry_kept before update or delete on audit_entry for each row execute function keep_audit();
create function keep_all_audit() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only added to' using errcode = 'restrict_violation';
end $$;
create trigger audit_entry_all_kept before truncate on audit_entry for each statement execute function keep_all_audit();

create view audit_log as
  select seq, time, actor, on_behalf_of, ip, action, project_id, dataset_id, object, before, after, run, note,
    encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash
  from audit_entry where seq is not null;
