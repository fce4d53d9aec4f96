-- Projects as the API knows them: those that are there. Deleting one keeps its row, because runs, revisions and the
-- audit log go on naming it; its slug becomes free and all memberships end.
create view live_project as
  select id, number, slug, title, description, status, visibility, created_by, created_at, updated_at
  from project where deleted_at is null;

create function end_project() returns trigger language plpgsql as $$
begin
  update project set deleted_at = now(), updated_at = now() where id = old.id and deleted_at is null;
  if not found then
    return null;
  end if;
  update project_member set until = greatest(now(), since) where project_id = old.id and (until is null or until > now());
  return old;
end $$;

create trigger live_project_delete instead of delete on live_project for each row execute function end_project();
