import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { readConfig } from '../../src/platform/config/index.ts';
import { startEmbedded } from '../../src/platform/db/embed/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { migrateDatabase, openContext } from '../../src/platform/open-context.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
    templateName: string;
  }
}

let end: () => Promise<void> = async () => {};

export const teardown = () => end();

/**
 * One real server for the whole run (TEST_DATABASE_URL, else the embedded one without fsync) and one migrated
 * template; each test file clones it.
 */
export async function setup(project: TestProject): Promise<void> {
  // Servers that tests kill start dozens of times: from the bundle in half the time.
  execFileSync(process.execPath, ['scripts/build-server.ts', '--if-stale'], { stdio: 'inherit' });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-test-'));
  // As root the server's own user must pass through, or its cluster would go to /var/lib and stay there.
  await chmod(folder, 0o711);
  const external = process.env.TEST_DATABASE_URL;
  const server =
    external === undefined
      ? await startEmbedded({ dataDir: folder, durable: false, log: createLog({ level: 'warn', pretty: false }) })
      : undefined;
  const url = external ?? server!.url;
  const templateName = `granary_template_${process.pid}`;
  await onServer(url, `drop database if exists ${templateName}`);
  await onServer(url, `create database ${templateName}`);
  const config = readConfig({ GRANARY_DATA_DIR: folder, GRANARY_LOG_LEVEL: 'warn' });
  const context = await openContext(
    config,
    createLog({ level: 'warn', pretty: false }),
    databaseUrl(url, templateName),
  );
  await migrateDatabase(context);
  await context.close();
  project.provide('databaseUrl', url);
  project.provide('templateName', templateName);
  end = async () => {
    await onServer(url, `drop database if exists ${templateName} with (force)`);
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

export async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
export function databaseUrl(url: string, name: string): string {
  return url.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
}
