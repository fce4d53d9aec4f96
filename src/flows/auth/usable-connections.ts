import type { FastifyRequest } from 'fastify';
import { accessOfUser, findOwnerAccount } from '../../accounts/index.ts';
import { type Connection, findConnection, findConnectionByName, usableWith } from '../../connections/index.ts';
import type { Context } from '../../platform/context.ts';
import { type Sql, sql } from '../../platform/db/index.ts';
import type { Access } from '../../resource/access.ts';
import { type ConnectionUse, newestConnections } from '../connection-store.ts';
import { connectionOf } from '../pure/addresses.ts';
import type { FlowCaller } from './flow-caller.ts';

/** Which of these addresses may be read by who sends a spec for this owner? */
export type UsableConnections = (ownerId: string, addresses: string[]) => Promise<ConnectionUse[]>;

/**
 * A name means the connection of the project the flow is of, else the installation's; flows of a person know the latter
 * only. The use is the person's who sends the spec.
 */
export function usableConnections(
  context: Context,
  request: FastifyRequest,
  caller: FlowCaller | undefined,
): UsableConnections {
  return async (ownerId, addresses) => {
    const access = caller?.isOurs ? request.access : await accessOfPerson(context, caller?.personId);
    if (access?.userId == null) return [];
    const { userId } = access;
    const found = await Promise.all(addresses.map((address) => connectionNamed(context, access, ownerId, address)));
    return found.flatMap((one) =>
      one === undefined ? [] : [{ address: one.address, query: one.query, connectionId: one.connection.id, userId }],
    );
  };
}

/** For a spec that comes again by its schedule: whoever was let use a connection may still. */
export function scheduledConnections(context: Context, datasetId: string): UsableConnections {
  return async (ownerId, addresses) => {
    const uses = (await newestConnections(context.db, datasetId)).filter(({ address }) => addresses.includes(address));
    const allowed = await Promise.all(uses.map((use) => connectionOfUse(context, ownerId, use)));
    return uses.filter((_, i) => allowed[i] !== undefined);
  };
}

/** The connection of a revision, if who was let use it still may. */
export async function connectionOfUse(
  context: Context,
  ownerId: string,
  use: ConnectionUse,
): Promise<Connection | undefined> {
  const access = await accessOfPerson(context, use.userId);
  if (access === undefined) return undefined;
  return findConnection(context.db, use.connectionId, usableWith(access, (await projectOf(context, ownerId)).sql));
}

async function connectionNamed(context: Context, access: Access, ownerId: string, address: string) {
  const named = connectionOf(address);
  if (named === undefined) return undefined;
  const project = await projectOf(context, ownerId);
  const allowed = usableWith(access, project.sql);
  const connection = await findConnectionByName(context.db, project.id, named.name, allowed);
  return connection !== undefined && Object.hasOwn(connection.queries, named.query)
    ? { address, query: named.query, connection }
    : undefined;
}

async function projectOf(context: Context, ownerId: string): Promise<{ id: string | null; sql: Sql }> {
  const { projectId: id } = await findOwnerAccount(context, ownerId);
  return { id, sql: sql`${id}::uuid` };
}

async function accessOfPerson(context: Context, userId: string | undefined): Promise<Access | undefined> {
  return userId === undefined ? undefined : accessOfUser(context, userId);
}
