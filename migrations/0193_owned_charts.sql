-- A chart or dashboard is its maker's to change; one nobody is known to have made is for administrators.
alter table custom_chart add column owner_id uuid references "user" on delete set null;
alter table custom_dashboard add column owner_id uuid references "user" on delete set null;
create index custom_chart_owner_idx on custom_chart (owner_id);
create index custom_dashboard_owner_idx on custom_dashboard (owner_id);
