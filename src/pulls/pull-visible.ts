import { usableByMembers } from '../connections/index.ts';
import { compileSql, raw, type Sql, sql } from '../platform/db/index.ts';
import type { Access } from '../resource/access.ts';

/**
 * Managers make pulls. Reading and running one is also for members who bring data into the project, where its
 * connection says so.
 */
export function pullAllowed(right: string, access: Access, project: Sql, connection: Sql): Sql {
  const manages = access.where('connection.write', { project });
  const uses = right === 'connection.use' ? access.where('connection.use', { project }) : raw('false');
  if (isNever(manages) && isNever(uses)) return raw('false');
  return sql`(${manages} or (${uses} and ${usableByMembers(connection)}))`;
}

const isNever = (piece: Sql): boolean => compileSql(piece).text === 'false';
