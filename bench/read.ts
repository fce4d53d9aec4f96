import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { createProject, createUser, setMember } from '../src/accounts/index.ts';
import type { Context } from '../src/platform/context.ts';
import { sql } from '../src/platform/db/index.ts';
import { type BenchLine, median } from './support/line.ts';
import { accessToken, admin, startServer } from './support/start-server.ts';
import { withDatabase } from './support/with-database.ts';

/**
 * One object and a list of a hundred through the resource framework, for an ordinary member of a project whose token
 * and permission are checked each time, against bare Fastify + pg over the same table; 32 connections, in turns. Server,
 * peer and load are processes of their own.
 */
export const name = 'read';

const objects = 5000;
const connections = 32;
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const rounds = 3;
const support = path.join(import.meta.dirname, 'support');
const reader = { email: 'reader@example.org', password: admin.password };

export function run(): Promise<BenchLine[]> {
  return withDatabase(async ({ context, env }) => {
    const id = await fill(context);
    const server = await startServer(env, 'api');
    const peer = await startPeer(env.DATABASE_URL!);
    try {
      const token = await accessToken(server.url, reader);
      const detail = await compare([`${server.url}/api/v1/run/${id}`, token], [`${peer.url}/run/${id}`]);
      const list = await compare([`${server.url}/api/v1/run?limit=100`, token], [`${peer.url}/run`]);
      return [...linesOf('detail', detail, 0.7), ...linesOf('list of 100', list, 1)];
    } finally {
      await peer.stop();
      await server.stop();
    }
  });
}

/** A project with its runs, and somebody who may see them because of a membership. Returns one of the runs. */
async function fill(context: Context): Promise<string> {
  const { id: owner } = await context.db.one<{ id: string }>(sql`select id from "user" limit 1`);
  const user = await createUser(context, { ...reader, username: 'reader', name: 'Reader', role: 'USER' });
  const project = await context.db.transaction(async (tx) => {
    const made = await createProject(context, tx, { title: 'Bench' }, owner);
    await setMember(context, tx, { projectId: made.id, userId: user.id, role: 'viewer' }, owner);
    return made.id;
  });
  await context.db.exec(sql`insert into run (id, kind, state, project_id, progress, timeout_seconds, summary, started_at, ended_at)
    select gen_random_uuid(), 'bench', 'succeeded', ${project}, 100, 60, jsonb_build_object('rows', n), now(), now()
    from generate_series(1, ${objects}::integer) n`);
  await context.db.pool.query('analyze run');
  const { id } = await context.db.one<{ id: string }>(sql`select id from run order by id limit 1`);
  return id;
}

async function startPeer(databaseUrl: string) {
  const child = spawn(process.execPath, [path.join(support, 'bare-server.ts'), databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: url.toString(),
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

interface Rates {
  ours: number;
  bare: number;
}

async function compare(ours: string[], bare: string[]): Promise<Rates> {
  const rates = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    rates.bare.push(await load(bare));
    rates.ours.push(await load(ours));
  }
  return { ours: median(rates.ours), bare: median(rates.bare) };
}

async function load([url, token]: string[]): Promise<number> {
  const args = [path.join(support, 'load.ts'), url!, String(connections), String(seconds), ...(token ? [token] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

function linesOf(what: string, { ours, bare }: Rates, share: number): BenchLine[] {
  return [
    { name: `read: ${what}, bare Fastify and pg`, value: bare, limit: null, ratio: null, unit: '1/s' },
    { name: `read: ${what}`, value: ours, limit: share * bare, ratio: ours / bare, unit: '1/s' },
  ];
}

if (import.meta.main) for (const line of await run()) console.log(line);
