import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startJobs } from '../../src/worker.ts';
import { projectOf, somebody, testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const worker = await startJobs(world.context);
afterAll(() => worker.stop());
const ann = await somebody(world, { username: 'ann' });
const project = await projectOf(world, ann, {}, { title: 'Health' });
const loginFile = path.join(world.folder, 'login.json');

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `granary …` as a process of its own, as a script would: no terminal. */
function granary(args: string[], options: { stdin?: string; env?: Record<string, string> } = {}): Promise<Outcome> {
  const child: ChildProcess = spawn(process.execPath, ['src/main.ts', ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: world.folder,
      GRANARY_LOGIN_FILE: loginFile,
      GRANARY_DATA_DIR: world.folder,
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin?.end(options.stdin ?? '');
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

test('what needs a login says so, and how', async () => {
  expect(await granary(['rows', 'health/cases'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('granary login'),
  });
});

test('a wrong password is one line and no login', async () => {
  const refused = await granary(['login', '--url', world.url, '--email', ann.email, '--password-stdin'], {
    stdin: 'wrong',
  });
  expect(refused).toMatchObject({ code: 1, out: '', err: 'granary: Bad username or password\n' });
});

test('login, upload, issues, rows, download and runs', async () => {
  const login = await granary(['login', '--url', world.url, '--email', ann.email, '--password-stdin'], {
    stdin: `${testPassword}\n`,
  });
  expect(login).toMatchObject({ code: 0, out: `Logged in to ${world.url} as ${ann.email}.\n` });

  const file = path.join(world.folder, 'cases.csv');
  writeFileSync(file, 'place,cases\nNairobi,12\nMombasa,seven\nKisumu,30\n');
  const schema = JSON.stringify({
    fields: [
      { name: 'place', type: 'string' },
      { name: 'cases', type: 'integer' },
    ],
  });
  const upload = await granary([
    'upload',
    file,
    '-p',
    project,
    '--on-error',
    'quarantine',
    '--schema',
    schema,
    '--json',
  ]);
  expect(upload.err).toBe('');
  const answer = JSON.parse(upload.out);
  expect(answer).toMatchObject({ revision: 1, rows: { read: 3, inserted: 2, rejected: 1 }, issues: { errors: 1 } });

  const issues = await granary(['issues', answer.id, '--json']);
  expect(JSON.parse(issues.out)).toMatchObject([{ row: 2, column: 'cases', value: 'seven' }]);
  const summary = await granary(['issues', answer.id, '--summary']);
  expect(summary.out).toContain('type-or-format-error');

  const rows = await granary(['rows', 'cases', '--filter', 'cases > 20', '--json']);
  expect(JSON.parse(rows.out)).toMatchObject([{ place: 'Kisumu', cases: 30 }]);
  expect((await granary(['rows', 'cases', '--filter', 'casse > 20'])).err).toMatch(/casse.*cases/);

  const saved = path.join(world.folder, 'out.csv');
  expect(await granary(['download', 'cases', '-o', saved, '--sort', '-cases'])).toMatchObject({ code: 0 });
  expect(readFileSync(saved, 'utf8')).toMatch(/^place,cases\r?\nKisumu,30\r?\nNairobi,12\r?\n$/);

  const follow = await granary(['runs', 'follow', answer.run.id]);
  expect(follow).toMatchObject({ code: 0, out: 'succeeded\n' });
  expect((await granary(['runs', 'list'])).out).toContain(answer.run.id);
  expect((await granary(['project', 'list', '--json'])).out).toContain('Health');
  expect((await granary(['dataset', 'show', 'cases'])).out).toContain('ingest');
});

test('a refused upload names the reason and where the issues are', async () => {
  const file = path.join(world.folder, 'bad.csv');
  writeFileSync(file, 'a,b\n1,2\n3\n');
  const refused = await granary(['upload', file, '-p', project]);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('granary issues ');
});

test('unknown things are 3, wrong usage is 2', async () => {
  expect((await granary(['rows', 'nothing-here'])).code).toBe(3);
  expect((await granary(['upload', '/no/such/file', '-p', project])).code).toBe(3);
  expect((await granary(['upload', 'x.csv'])).code).toBe(2);
  expect((await granary(['upload', 'x.csv', '-p', project, '--mode', 'sideways'])).code).toBe(2);
  expect((await granary(['no-such-command'])).code).toBe(2);
});

test('the verbs that dmptool’s scripts know work in process, with their exit codes', async () => {
  const env = { DATABASE_URL: world.databaseUrl };
  const create = ['create_user', '--username', 'bob', '--email', 'bob@example.org', '--password-stdin'];
  expect(await granary(create, { env, stdin: 'Some-Password-2026!' })).toMatchObject({
    code: 0,
    out: 'Create user successfully.\n',
  });
  expect((await granary(create, { env, stdin: 'Some-Password-2026!' })).code).toBe(4);
  expect(await granary(['create_project', '--name', 'Bees', '--description', 'Counting'], { env })).toMatchObject({
    code: 0,
    out: 'Create project successfully.\n',
  });
  expect(await granary(['member', 'add', '--username', 'bob', '--project', 'Bees'], { env })).toMatchObject({
    code: 0,
    out: 'Create user-project relationship successfully.\n',
  });
  expect((await granary(['user', 'delete', '--username', 'nobody'], { env })).code).toBe(3);
  expect((await granary(['create_user'], { env })).code).toBe(2);
  expect((await granary(['db', 'drop'], { env })).code).toBe(2);
  expect(
    (await granary(['user', 'delete', '--username', 'x'], { env: { DATABASE_URL: 'postgres://127.0.0.1:1/none' } }))
      .code,
  ).toBe(6);
});

test('logout forgets the login', async () => {
  expect((await granary(['logout'])).code).toBe(0);
  expect((await granary(['runs', 'list'])).err).toContain('granary login');
});
