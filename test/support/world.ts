import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, inject } from 'vitest';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/platform/config/index.ts';
import type { Context } from '../../src/platform/context.ts';
import type { App } from '../../src/platform/http/index.ts';
import { workOnce } from '../../src/platform/jobs/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { openContext } from '../../src/platform/open-context.ts';
import { handlers } from '../../src/worker.ts';
import { Actor } from './actor.ts';
import { databaseUrl, onServer } from './start-database.ts';

/** A real server on a database of its own, with what a test may do to it. */
export interface World {
  context: Context;
  app: App;
  url: string;
  databaseUrl: string;
  folder: string;
  anon: Actor;
  /** Does all jobs that are due, and those they ask for, in order. */
  runJobs(): Promise<void>;
}

let worlds = 0;

/** Starts once per test file; ends by itself after it, and fails when jobs are left waiting. */
export async function startWorld(settings: Record<string, string> = {}): Promise<World> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-world-'));
  worlds += 1;
  const server = inject('databaseUrl');
  const name = `granary_test_${process.pid}_${worlds}`;
  await onServer(server, `create database ${name} template ${inject('templateName')}`);
  const config = readConfig({
    GRANARY_DATA_DIR: folder,
    GRANARY_LOG_LEVEL: 'silent',
    GRANARY_RATE_LIMIT: '0',
    GRANARY_PORT: '0',
    ...settings,
  });
  const context = await openContext(
    config,
    createLog({ level: config.logLevel, pretty: false }),
    databaseUrl(server, name),
  );
  const app = await createApp(context);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  afterAll(async () => {
    const waiting = await leftJobs(context);
    await app.close();
    await context.close();
    await onServer(server, `drop database ${name} with (force)`);
    await rm(folder, { recursive: true, force: true });
    if (waiting.length > 0) throw new Error(`jobs left waiting: ${waiting.join(', ')}`);
  });
  return {
    context,
    app,
    url,
    databaseUrl: databaseUrl(server, name),
    folder,
    anon: new Actor(url, {}),
    runJobs: () => runJobs(context),
  };
}

/** Again while there are some: a serial run asks for the next only when it has ended, a retry comes due later. */
async function runJobs(context: Context): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    await workOnce(context, handlers);
    if ((await leftJobs(context)).length === 0) return;
  }
}

async function leftJobs(context: Context): Promise<string[]> {
  const { rows } = await context.db.pool.query<{ task: string }>(
    // A locked one is done: the worker returns before its completion has been written.
    `select concat_ws(' ', task_identifier, 'attempts', attempts, last_error) as task
     from graphile_worker.jobs where run_at <= now() and attempts < max_attempts and locked_at is null`,
  );
  return rows.map((row) => row.task);
}
