import type { Acting } from '../../platform/audit/index.ts';
import { join, raw, type Sql, sql } from '../../platform/db/index.ts';
import type { Access, AccessColumns } from '../../resource/access.ts';
import {
  instanceRights,
  isRight,
  ownAnywhereRights,
  ownRights,
  type ProjectRole,
  placeRights,
  projectRights,
  type Right,
  rights,
  rowRights,
  seesAllPlaces,
  sharedRights,
  visibleRights,
} from '../rights.ts';
import type { Places } from './places.ts';
import type { Principal } from './principal.ts';

export interface AccessOptions {
  places: Places;
  /** Administrators also read the rows of projects they do not belong to. */
  adminReadsRows: boolean;
  /** By what way the request came. */
  way?: Omit<Acting, 'userId'>;
}

/**
 * Role × membership × places as one SQL predicate: (the role gives it everywhere, or a membership, or ownership, or the
 * project's visibility) and inside the caller's places and inside what the credential is narrowed to.
 */
export function compileAccess(principal: Principal | undefined, options: AccessOptions): Access {
  if (principal === undefined) return anonymousAccess;
  const everywhere = (right: Right) =>
    instanceRights[principal.role].has(right) ||
    (options.adminReadsRows && principal.role !== 'USER' && rowRights.includes(right));
  const granted = (right: Right) => principal.narrowed?.rights?.has(right) ?? true;
  const fenced = principal.narrowed?.projectIds !== undefined || principal.narrowed?.locationIds !== undefined;
  const access: Access = {
    userId: principal.userId,
    username: principal.username,
    role: principal.role,
    ...options.way,
    can: (name) => {
      const right = knownRight(name);
      return granted(right) && everywhere(right) && (!fenced || sharedRights.has(right));
    },
    where: (name, columns) => {
      const right = knownRight(name);
      if (!granted(right) || !(covered(principal, columns) || sharedRights.has(right))) return raw('false');
      const base = everywhere(right) ? raw('true') : someRows(principal, right, columns);
      const inside = and([base, ...insidePlaces(principal, right, columns, options.places)]);
      return and([orOwn(inside, principal, right, columns), ...narrowedTo(principal, columns, options.places)]);
    },
  };
  principals.set(access, principal);
  return access;
}

const principals = new WeakMap<Access, Principal>();

/** For the request that has just made a project: its access was compiled before the membership was there. */
export function learnMembership(access: Access, membership: Principal['memberships'][number]): void {
  principals.get(access)?.memberships.push(membership);
}

/** Nobody in particular: what is public, and nothing else. */
export const anonymousAccess: Access = {
  userId: null,
  username: null,
  role: 'ANONYMOUS',
  can: (name) => {
    knownRight(name);
    return false;
  },
  where: (name, columns) => {
    const right = knownRight(name);
    if (columns.project === undefined || columns.location !== undefined) return raw('false');
    return visibleRights.has(right) ? visible(columns.project, ['public']) : raw('false');
  },
};

/** A misspelt right is a bug of ours, and must not silently refuse or allow. */
function knownRight(name: string): Right {
  if (!isRight(name)) throw new Error(`there is no right '${name}'`);
  return name;
}

function someRows(principal: Principal, right: Right, columns: AccessColumns): Sql {
  const { project, owner } = columns;
  const ways: Sql[] = [];
  if (project !== undefined) {
    ways.push(
      anyOf(
        project,
        projectsWith(principal, (role) => projectRights[role].has(right)),
      ),
    );
    if (visibleRights.has(right)) ways.push(visible(project, ['public', 'instance']));
  }
  // How far a responsibility reaches, and whether it is enough, is what `insidePlaces` adds to every predicate.
  if (columns.location !== undefined && placeRights.has(right)) ways.push(raw('true'));
  if (owner !== undefined && ownRights.has(right)) {
    const own = sql`${owner} = ${principal.userId}`;
    const member =
      project &&
      sql`(${project} is null or ${anyOf(
        project,
        projectsWith(principal, () => true),
      )})`;
    ways.push(member === undefined ? own : sql`(${own} and ${member})`);
  }
  return ways.length === 0 ? raw('false') : sql`(${join(ways, raw(' or '))})`;
}

function orOwn(inside: Sql, principal: Principal, right: Right, { owner }: AccessColumns): Sql {
  if (owner === undefined || !ownAnywhereRights.has(right)) return inside;
  return sql`(${inside} or ${owner} = ${principal.userId})`;
}

/** Can a fence around projects or places be looked at for such rows at all? If not, they lie outside. */
function covered(principal: Principal, columns: AccessColumns): boolean {
  const { projectIds, locationIds } = principal.narrowed ?? {};
  return (
    (projectIds === undefined || columns.project !== undefined) &&
    (locationIds === undefined || columns.location !== undefined)
  );
}

function narrowedTo(principal: Principal, columns: AccessColumns, places: Places): Sql[] {
  const { projectIds, locationIds } = principal.narrowed ?? {};
  return [
    ...(projectIds !== undefined && columns.project !== undefined ? [anyOf(columns.project, projectIds)] : []),
    ...(locationIds !== undefined && columns.location !== undefined
      ? [places.below(columns.location, locationIds)]
      : []),
  ];
}

function insidePlaces(principal: Principal, right: Right, columns: AccessColumns, places: Places): Sql[] {
  if (columns.location === undefined || seesAllPlaces[principal.role]) return [];
  return [places.ofUser(columns.location, principal.userId, rights[right].place)];
}

function projectsWith(principal: Principal, fits: (role: ProjectRole) => boolean): string[] {
  return [...new Set(principal.memberships.filter(({ role }) => fits(role)).map(({ projectId }) => projectId))];
}

function anyOf(column: Sql, ids: readonly string[]): Sql {
  return ids.length === 0 ? raw('false') : sql`${column} = any(${ids}::uuid[])`;
}

function visible(project: Sql, kinds: readonly string[]): Sql {
  return sql`${project} in (select p.id from project p where p.visibility = any(${kinds}::text[]) and p.deleted_at is null)`;
}

function and(parts: Sql[]): Sql {
  return parts.length === 1 ? parts[0]! : sql`(${join(parts, raw(' and '))})`;
}
