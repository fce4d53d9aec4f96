import type { Acting } from '../platform/audit/index.ts';
import type { Sql } from '../platform/db/index.ts';

/**
 * The permission predicate: role × project membership × location subtree, compiled once per request by `accounts` and
 * added to every statement that reads or writes rows. Everything below this interface only ever sees SQL.
 */
export interface Access extends Acting {
  username: string | null;
  role: 'ANONYMOUS' | 'USER' | 'ADMIN' | 'SUPERADMIN';
  /** May the caller do this anywhere at all? Instance-wide rights only; rows are narrowed by `where`. */
  can(right: string): boolean;
  /**
   * A boolean SQL expression over the row's own columns: true for rows on which the caller holds `right`. Give the
   * columns the row has; a row without project, place and owner is governed by the instance-wide right alone.
   */
  where(right: string, columns: AccessColumns): Sql;
}

export interface AccessColumns {
  project?: Sql;
  location?: Sql;
  owner?: Sql;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Always there; an anonymous caller's says what is public. Set by `accounts` before any route runs. */
    access: Access;
  }
}
