import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Listener, urlOf } from './listen.ts';
import { findPostmaster, type Postmaster } from './postmaster.ts';

/**
 * A server left running by a killed process, when it takes connections and was started as we would start it now.
 * Undefined means: there is none, or it has to be stopped first.
 */
export async function adoptServer(
  cluster: string,
  password: string,
  fingerprint: string,
): Promise<Listener | undefined> {
  const server = await findSettledPostmaster(cluster);
  if (server === undefined) return undefined;
  const listener = listenerOf(server);
  const client = new pg.Client({ connectionString: urlOf(listener, password), connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ fingerprint: string | null }>(
      `select current_setting('granary.fingerprint', true) as fingerprint`,
    );
    return rows[0]?.fingerprint === fingerprint ? listener : undefined;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}

export const listenerOf = (server: Postmaster): Listener =>
  server.socketFolder === '' ? { kind: 'tcp', port: server.port } : { kind: 'socket', folder: server.socketFolder };

/** Waits for one that is replaying its log or stopping, as both end in a state we can act on. */
async function findSettledPostmaster(cluster: string): Promise<Postmaster | undefined> {
  for (;;) {
    const server = await findPostmaster(cluster);
    if (server === undefined || server.status === 'ready') return server;
    await delay(20);
  }
}
