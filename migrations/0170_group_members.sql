-- Members of groups by their integer id, as the clients of these resources know people (contract monitoring §3.6), and
-- the times every resource has (§3.1).
alter table user_group add column number integer references "user" (number);
update user_group g set number = u.number from "user" u where u.id = g.user_id;
alter table user_group drop column user_id;
alter table user_group rename column number to user_id;
alter table user_group alter column user_id set not null, add unique (user_id, group_id),
  add column updated_at timestamptz not null default now();
alter table "group" add column updated_at timestamptz not null default now();
