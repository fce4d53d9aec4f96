-- People, how they sign in, what they may do. Hashes only: no password, token or link is kept readable.

create table "user" (
  id uuid primary key,
  -- For clients that know integer ids only.
  number integer generated always as identity unique,
  username text not null check (username <> '' and length(username) <= 150 and username !~ '[/:[:cntrl:][:space:]]'),
  -- As sent; unique whatever the case. Null: imported without one, or erased.
  email text check (length(email) <= 254),
  name text not null default '',
  role text not null default 'USER' check (role in ('USER', 'ADMIN', 'SUPERADMIN')),
  password_hash text,
  country text,
  institution text,
  profile jsonb not null default '{}',
  email_verified boolean not null default false,
  email_notifications_enabled boolean not null default true,
  max_concurrent_executions integer check (max_concurrent_executions >= 0),
  last_login_at timestamptz,
  disabled_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index user_username_key on "user" (lower(username));
create unique index user_email_key on "user" (lower(email));
create index user_created_at_idx on "user" (created_at);

-- A person at another provider (OpenID Connect).
create table identity (
  issuer text not null,
  subject text not null,
  user_id uuid not null references "user" (id),
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);
create index identity_user_id_idx on identity (user_id);

create table "group" (
  id integer generated always as identity primary key,
  name text not null unique check (name <> ''),
  created_at timestamptz not null default now()
);

create table user_group (
  id integer generated always as identity primary key,
  user_id uuid not null references "user" (id),
  group_id integer not null references "group" (id) on delete cascade,
  created_at timestamptz not null default now(),
  unique (user_id, group_id)
);
create index user_group_group_id_idx on user_group (group_id);

create table project (
  id uuid primary key,
  number integer generated always as identity unique,
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
  title text not null check (title <> '' and length(title) <= 200),
  description text not null default '',
  status text not null default 'ongoing' check (status in ('proposed', 'ongoing', 'completed', 'declined')),
  -- Who sees that it exists and its catalogue: members, everybody signed in, everybody.
  visibility text not null default 'private' check (visibility in ('private', 'instance', 'public')),
  created_by uuid references "user" (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index project_slug_key on project (slug) where deleted_at is null;
create index project_visibility_idx on project (visibility) where deleted_at is null and visibility <> 'private';

-- Membership with its history: a change of role ends one row and begins another.
create table project_member (
  id uuid primary key,
  number integer generated always as identity unique,
  project_id uuid not null references project (id),
  user_id uuid references "user" (id),
  group_id integer references "group" (id) on delete cascade,
  role text not null check (role in ('owner', 'manager', 'editor', 'contributor', 'viewer', 'requester', 'approver')),
  since timestamptz not null default now(),
  until timestamptz,
  added_by uuid references "user" (id),
  created_at timestamptz not null default now(),
  check ((user_id is null) <> (group_id is null)),
  check (until is null or until >= since)
);
create index project_member_user_id_idx on project_member (user_id, project_id);
create index project_member_group_id_idx on project_member (group_id, project_id);
create index project_member_project_id_idx on project_member (project_id);

create table service_client (
  id uuid primary key,
  user_id uuid not null references "user" (id),
  name text not null check (name <> ''),
  client_id text not null unique,
  secret_hash bytea not null,
  secret_prefix text not null,
  -- Null: all rights of the owner.
  scopes text[],
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index service_client_user_id_idx on service_client (user_id);

-- One sign-in. Every access token names its session, which is looked at on each request.
create table session (
  id uuid primary key,
  user_id uuid not null references "user" (id),
  kind text not null check (kind in ('password', 'oidc', 'client', 'link')),
  service_client_id uuid references service_client (id),
  cookie_hash bytea unique,
  device_info text,
  auth_time timestamptz not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index session_user_id_idx on session (user_id) where revoked_at is null;
create index session_service_client_id_idx on session (service_client_id) where service_client_id is not null;
create index session_expires_at_idx on session (expires_at);

create table refresh_token (
  hash bytea primary key,
  session_id uuid not null references session (id) on delete cascade,
  -- A replaced token that comes back was stolen or replayed: it ends the session.
  replaced_at timestamptz,
  created_at timestamptz not null default now()
);
create index refresh_token_session_id_idx on refresh_token (session_id);

create table personal_access_token (
  id uuid primary key,
  number integer generated always as identity unique,
  user_id uuid not null references "user" (id),
  name text not null check (name <> '' and length(name) <= 200),
  prefix text not null,
  hash bytea not null unique,
  -- Null: not narrowed in this respect. A token never has more than its owner.
  rights text[],
  verbs text[],
  resources text[],
  project_ids uuid[],
  location_ids integer[],
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index personal_access_token_user_id_idx on personal_access_token (user_id);

-- Links sent by mail: set or reset a password.
create table one_time_link (
  hash bytea primary key,
  user_id uuid not null references "user" (id),
  purpose text not null check (purpose in ('set-password')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index one_time_link_user_id_idx on one_time_link (user_id);

-- Failed sign-ins per submitted name, existing or not, and network of the caller.
create table sign_in_failure (
  name text not null,
  network text not null,
  failures integer not null,
  locked_until timestamptz,
  updated_at timestamptz not null default now(),
  primary key (name, network)
);
create index sign_in_failure_updated_at_idx on sign_in_failure (updated_at);

-- Private halves are sealed with the installation's secret. One key signs; older ones still verify.
create table signing_key (
  kid text primary key,
  sealed_private_key bytea not null,
  public_pem text not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
create unique index signing_key_one_active_key on signing_key ((true)) where retired_at is null;

-- UTC without zone, six fraction digits: how the script clients read and send instants.
create function iso_micros(instant timestamptz) returns text language sql stable parallel safe
  return to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US');
