import { type Queryable, raw, type Sql, sql } from '../../platform/db/index.ts';
import type { ProjectRole } from '../rights.ts';

export interface Project {
  id: string;
  number: number;
  slug: string;
  title: string;
  description: string;
  status: string;
  visibility: string;
}

const columns = raw('p.id, p.number, p.slug, p.title, p.description, p.status, p.visibility');

export interface NewProject {
  id: string;
  slug: string;
  title: string;
  description: string;
  status: string;
  visibility: string;
  createdBy: string | null;
}

/** Undefined when the slug is taken. */
export function insertProject(tx: Queryable, project: NewProject): Promise<Project | undefined> {
  return tx.maybe(sql`
    insert into project as p (id, slug, title, description, status, visibility, created_by)
    values (${project.id}, ${project.slug}, ${project.title}, ${project.description}, ${project.status},
      ${project.visibility}, ${project.createdBy})
    on conflict do nothing returning ${columns}`);
}

export async function slugsLike(db: Queryable, stem: string): Promise<Set<string>> {
  const rows = await db.many<{ slug: string }>(
    sql`select slug from project where deleted_at is null and starts_with(slug, ${stem})`,
  );
  return new Set(rows.map((row) => row.slug));
}

/** By uuid, slug or legacy number. A slug that looks like a number is a slug. */
export function findVisibleProject(
  db: Queryable,
  given: string,
  predicates: { visible: Sql; allowed: Sql },
): Promise<(Project & { allowed: boolean }) | undefined> {
  return db.maybe(sql`
    select ${columns}, ${predicates.allowed} as allowed from project p
    where p.deleted_at is null and ${predicates.visible}
      and (p.id::text = lower(${given}) or p.slug = lower(${given}) or p.number::text = ${given})
    order by p.slug = lower(${given}) desc limit 1`);
}

export function projectIdOfTitle(db: Queryable, title: string): Promise<{ id: string } | undefined> {
  return db.maybe(sql`
    select id from project where deleted_at is null and (lower(title) = lower(${title}) or slug = lower(${title}))
    order by created_at limit 1`);
}

export async function projectExists(db: Queryable, id: string): Promise<boolean> {
  return (await db.maybe(sql`select id from project where id = ${id} and deleted_at is null`)) !== undefined;
}

export async function markProjectDeleted(tx: Queryable, id: string): Promise<void> {
  await tx.exec(sql`update project set deleted_at = now(), updated_at = now() where id = ${id}`);
  await tx.exec(
    sql`update project_member set until = now() where project_id = ${id} and (until is null or until > now())`,
  );
}

export interface NewMember {
  id: string;
  projectId: string;
  userId: string | null;
  groupId: number | null;
  role: ProjectRole;
  since: Date | null;
  until: Date | null;
  addedBy: string | null;
}

export async function insertMember(tx: Queryable, member: NewMember): Promise<void> {
  await tx.exec(sql`
    insert into project_member (id, project_id, user_id, group_id, role, since, until, added_by)
    values (${member.id}, ${member.projectId}, ${member.userId}, ${member.groupId}, ${member.role},
      coalesce(${member.since}::timestamptz, now()), ${member.until}, ${member.addedBy})`);
}

/** So that two changes of one project's members come one after the other. */
export async function lockProject(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.maybe(sql`select 1 from project where id = ${id} and deleted_at is null for update`)) !== undefined;
}

export interface CurrentMember {
  id: string;
  role: ProjectRole;
}

/** Roles somebody holds now or later, oldest first. */
export function rolesOfMember(db: Queryable, projectId: string, userId: string): Promise<CurrentMember[]> {
  return db.many(sql`
    select id, role from project_member
    where project_id = ${projectId} and user_id = ${userId} and (until is null or until > now()) order by number`);
}

export async function ownersOf(db: Queryable, projectId: string): Promise<number> {
  const row = await db.one<{ count: number }>(sql`
    select count(*) from project_member m
    where m.project_id = ${projectId} and m.role = 'owner' and m.since <= now() and (m.until is null or m.until > now())`);
  return row.count;
}

export async function endMember(tx: Queryable, id: string): Promise<void> {
  await tx.exec(sql`update project_member set until = greatest(now(), since) where id = ${id}`);
}

/** The oldest membership of a person, for clients that know one project. */
export function oldestProjectOf(
  db: Queryable,
  userId: string,
): Promise<{ title: string; description: string } | undefined> {
  return db.maybe(sql`
    select p.title, p.description from project_member m join project p on p.id = m.project_id and p.deleted_at is null
    where (m.user_id = ${userId} or m.group_id in (select g.group_id from user_group g
        join "user" u on u.number = g.user_id where u.id = ${userId}))
      and m.since <= now() and (m.until is null or m.until > now())
    order by m.number limit 1`);
}

/** Projects somebody is the only owner of; each goes to `heir`, else to its oldest manager, else stays with administrators. */
export async function handOverProjects(
  tx: Queryable,
  userId: string,
  heir: string | null,
  newId: () => string,
): Promise<void> {
  const rows = await tx.many<{ projectId: string; manager: string | null }>(sql`
    select m.project_id as "projectId", (select g.user_id from project_member g
        where g.project_id = m.project_id and g.role = 'manager' and g.user_id is not null
          and (g.until is null or g.until > now()) order by g.number limit 1) as manager
    from project_member m join project p on p.id = m.project_id and p.deleted_at is null
    where m.user_id = ${userId} and m.role = 'owner' and (m.until is null or m.until > now())
      and not exists (select 1 from project_member o where o.project_id = m.project_id and o.role = 'owner'
        and o.user_id is distinct from m.user_id and (o.until is null or o.until > now()))`);
  for (const { projectId, manager } of rows) {
    const next = heir ?? manager;
    if (next === null) continue;
    const member = { id: newId(), projectId, userId: next, groupId: null, role: 'owner' as const };
    await insertMember(tx, { ...member, since: null, until: null, addedBy: null });
  }
}
