import path from 'node:path';
import type { Context } from './context.ts';
import { pendingMigrations } from './db/index.ts';
import type { App } from './http/index.ts';
import { packageFolder } from './package-folder.ts';

export const migrationsFolder = path.join(packageFolder, 'migrations');

/** `/livez`: the process answers. `/readyz`: database reached and migrated. `/metrics`: Prometheus text. */
export function healthRoutes(app: App, context: Context): void {
  app.get('/livez', { schema: { hide: true } }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const problem = await whyNotReady(context);
    return problem === undefined ? { status: 'ok' } : reply.code(503).send({ status: 'unavailable', reason: problem });
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const { pool } = context.db;
    context.metrics.databaseConnections.set({ state: 'total' }, pool.totalCount);
    context.metrics.databaseConnections.set({ state: 'idle' }, pool.idleCount);
    context.metrics.databaseConnections.set({ state: 'waiting' }, pool.waitingCount);
    return reply.type(context.metrics.registry.contentType).send(await context.metrics.registry.metrics());
  });
}

async function whyNotReady(context: Context): Promise<string | undefined> {
  try {
    const pending = await pendingMigrations(context.db.pool, migrationsFolder);
    return pending.length > 0 ? `migrations missing: ${pending.join(', ')}` : undefined;
  } catch {
    return 'database unreachable';
  }
}
