import { type Queryable, raw, type Sql, sql, type Tx } from '../platform/db/index.ts';
import type { Access } from '../resource/access.ts';
import type { JsonObject } from './connector.ts';

export interface Connection {
  id: string;
  projectId: string | null;
  name: string;
  type: string;
  config: JsonObject;
  sealed: string | null;
  queries: Record<string, JsonObject>;
}

const columns = raw(
  `c.id, c.project_id as "projectId", c.name, c.type, c.config, c.secrets ->> 'sealed' as sealed, c.queries`,
);

export function findConnection(db: Queryable, id: string, allowed: Sql): Promise<Connection | undefined> {
  return db.maybe(sql`select ${columns} from connection c where c.id::text = ${id} and ${allowed}`);
}

/** Of a name in a project: the project's own before the installation's. Without a project only the latter. */
export function findConnectionByName(
  db: Queryable,
  projectId: string | null,
  name: string,
  allowed: Sql,
): Promise<Connection | undefined> {
  return db.maybe(sql`
    select ${columns} from connection c
    where c.name = ${name} and (c.project_id is null or c.project_id = ${projectId}::uuid) and ${allowed}
    order by c.project_id nulls last limit 1`);
}

export function findSealed(tx: Tx, id: string): Promise<{ sealed: string | null } | undefined> {
  return tx.maybe(sql`select secrets ->> 'sealed' as sealed from connection where id = ${id}`);
}

/**
 * Who manages a connection may use it; where it says so, also members of its project who bring data in. One of the
 * installation is used within a project, by members of that. `projectId` is SQL: where the data goes.
 */
export function usableWith(access: Access, projectId: Sql): Sql {
  return sql`(${access.where('connection.write', { project: raw('c.project_id') })}
    or (c.usable_by = 'members' and coalesce(c.project_id, ${projectId}) = ${projectId}
      and ${access.where('connection.use', { project: projectId })}))`;
}

export const managedWith = (access: Access): Sql => access.where('connection.write', { project: raw('c.project_id') });

/** For rows of other modules that name a connection. */
export const usableByMembers = (connectionId: Sql): Sql =>
  sql`exists (select 1 from connection c where c.id = ${connectionId} and c.usable_by = 'members')`;
