import { expect, test } from 'vitest';
import { accountCommands, type CommandArgs, type CommandIo, CommandRefusal } from '../../src/accounts/index.ts';
import { pendingMigrations } from '../../src/platform/db/index.ts';
import { migrationsFolder } from '../../src/platform/health.ts';
import { testPassword } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld();
const { context, anon } = world;

interface Outcome {
  out: string;
  asked: string[];
  refusal?: [string, string];
}

/** `answers` undefined: nobody is at the terminal. */
async function run(
  name: string,
  args: CommandArgs,
  options: { answers?: string[]; stdin?: string; env?: CommandIo['env'] } = {},
  on = context,
): Promise<Outcome> {
  const command = accountCommands.find((one) => one.verb === name || one.path.join(' ') === name)!;
  const outcome: Outcome = { out: '', asked: [] };
  const answers = [...(options.answers ?? [])];
  const io: CommandIo = {
    out: (text) => {
      outcome.out += text;
    },
    ask:
      options.answers === undefined
        ? undefined
        : async (question, how) => {
            outcome.asked.push(how?.hidden ? `${question}(hidden)` : question);
            return answers.shift() ?? '';
          },
    readStdin: async () => options.stdin ?? '',
    env: options.env ?? {},
  };
  await command.run(on, io, args).catch((error: unknown) => {
    if (!(error instanceof CommandRefusal)) throw error;
    outcome.refusal = [error.kind, error.message];
  });
  return outcome;
}

test('the verbs and grouped forms of the contract are all there', () => {
  const names = accountCommands
    .filter(({ verb }) => verb !== undefined)
    .map(({ verb, path }) => `${verb} = ${path.join(' ')}`);
  expect(names.sort()).toEqual([
    'create_admin = user create-admin',
    'create_project = project create',
    'create_relation = member add',
    'create_tables = db migrate',
    'create_user = user create',
    'delete_project = project delete',
    'delete_relation = member remove',
    'delete_user = user delete',
    'drop_tables = db drop',
  ]);
});

test('create_user asks for what was not given, the password hidden', async () => {
  const asked = await run('create_user', {}, { answers: ['ann', testPassword, 'ann@example.org'] });
  expect(asked).toEqual({ out: 'Create user successfully.\n', asked: ['Username: ', 'Password: (hidden)', 'Email: '] });
  expect((await anon.post('/auth', { email: 'ann', password: testPassword })).status).toBe(200);
});

test('without a terminal what is missing is named', async () => {
  expect((await run('create_user', {})).refusal).toEqual(['usage', '--username is required']);
  expect((await run('create_user', { username: 'x' })).refusal).toEqual(['usage', '--password-stdin is required']);
  const noEmail = await run('create_user', { username: 'x', 'password-stdin': true }, { stdin: testPassword });
  expect(noEmail.refusal).toEqual(['usage', '--email is required']);
  expect((await run('user create', { username: 'x', role: 'KING' })).refusal?.[0]).toBe('usage');
});

test('flags, variables and stdin; JSON; a user who is there', async () => {
  const made = await run(
    'user create',
    { email: 'boss@example.org', 'password-stdin': true, role: 'SUPERADMIN', json: true },
    { stdin: testPassword, env: { GRANARY_USERNAME: 'boss' } },
  );
  expect(JSON.parse(made.out)).toMatchObject({ username: 'boss', role: 'SUPERADMIN', created: true });
  const again = { username: 'BOSS', email: 'other@example.org', 'password-stdin': true };
  expect((await run('user create', again, { stdin: testPassword })).refusal?.[0]).toBe('exists');
  expect(
    (await run('user create', { ...again, username: 'new', email: 'BOSS@example.org' }, { stdin: testPassword }))
      .refusal?.[0],
  ).toBe('exists');
  expect((await run('user create', { ...again, 'if-not-exists': true, quiet: true })).out).toBe('');
  expect(
    (await run('user create', { ...again, username: 'weak', email: 'weak@example.org' }, { stdin: 'weak' })).refusal,
  ).toEqual(['failure', 'Password must be at least 12 characters long']);
  await run(
    'create_admin',
    { username: 'adm', email: 'adm@example.org', 'password-stdin': true },
    { stdin: testPassword },
  );
  const { rows } = await context.db.pool.query(`select role from "user" where username = 'adm'`);
  expect(rows).toEqual([{ role: 'ADMIN' }]);
});

test('projects and relations', async () => {
  expect(await run('create_project', {}, { answers: ['Wells', 'Water points'] })).toEqual({
    out: 'Create project successfully.\n',
    asked: ['Name: ', 'Description: '],
  });
  expect((await run('project create', { name: 'wells', description: '' })).refusal?.[0]).toBe('exists');
  const added = await run('create_relation', {}, { answers: ['ann', 'Wells'] });
  expect(added).toEqual({
    out: 'Create user-project relationship successfully.\n',
    asked: ['Username: ', 'Project Name: '],
  });
  expect(
    (await anon.get('/login', { authorization: `Basic ${Buffer.from(`ann:${testPassword}`).toString('base64')}` }))
      .body,
  ).toMatchObject({ project: 'Wells', project_description: 'Water points' });
  expect((await run('member add', { username: 'nobody', project: 'Wells' })).refusal).toEqual([
    'not_found',
    'there is no user nobody',
  ]);
  expect((await run('member add', { username: 'ann', project: 'Nowhere' })).refusal).toEqual([
    'not_found',
    'there is no project Nowhere',
  ]);
  expect((await run('delete_relation', { username: 'ann', project: 'wells' })).out).toBe(
    'Delete user-project relationship successfully.\n',
  );
  expect((await run('delete_relation', { username: 'ann', project: 'wells' })).refusal?.[0]).toBe('not_found');
  expect((await run('project delete', { name: 'Wells' })).refusal).toEqual(['usage', '--yes is required']);
  expect((await run('project delete', { name: 'Wells' }, { answers: ['n'] })).refusal?.[0]).toBe('cancelled');
  expect(await run('delete_project', {}, { answers: ['Wells'] })).toEqual({
    out: 'Delete project successfully.\n',
    asked: ['Project Name: '],
  });
  expect((await run('delete_project', { name: 'Wells', yes: true })).refusal?.[0]).toBe('not_found');
  expect((await run('delete_project', { name: 'Wells', yes: true, 'if-exists': true })).refusal).toBeUndefined();
});

test('what only a deleted user owned goes to the heir, else to the manager', async () => {
  const { rows: people } = await context.db.pool.query(`select username, id from "user"`);
  const id = (name: string) => people.find((person) => person.username === name).id;
  const owned = async (title: string) => {
    await run('project create', { name: title, description: '' });
    await run('member add', { username: 'ann', project: title, role: 'owner' });
    await run('member add', { username: 'adm', project: title, role: 'manager' });
  };
  await owned('One');
  await run(
    'user create',
    { username: 'gone', email: 'gone@example.org', 'password-stdin': true },
    { stdin: testPassword },
  );
  await run('project create', { name: 'Two', description: '' });
  await run('member add', { username: 'gone', project: 'Two', role: 'owner' });
  expect((await run('delete_user', {}, { answers: ['gone'] })).out).toBe('Delete user successfully.\n');
  expect((await run('delete_user', { username: 'ann', 'transfer-to': 'nobody' })).refusal?.[0]).toBe('not_found');
  await run('user delete', { username: 'ann', 'transfer-to': 'boss' });
  const owners = await context.db.pool.query(
    `select m.user_id from project_member m join project p on p.id = m.project_id where p.title = 'One' and m.role = 'owner' and m.until is null`,
  );
  expect(owners.rows).toEqual([{ user_id: id('boss') }]);
  await run(
    'user create',
    { username: 'solo', email: 'solo@example.org', 'password-stdin': true },
    { stdin: testPassword },
  );
  await run('project create', { name: 'Three', description: '' });
  await run('member add', { username: 'solo', project: 'Three', role: 'owner' });
  await run('member add', { username: 'adm', project: 'Three', role: 'manager' });
  await run('user delete', { username: 'solo' });
  const heirs = await context.db.pool.query(
    `select m.user_id from project_member m join project p on p.id = m.project_id where p.title = 'Three' and m.role = 'owner' and m.until is null`,
  );
  expect(heirs.rows).toEqual([{ user_id: id('adm') }]);
  expect((await run('user delete', { username: 'ann' })).refusal?.[0]).toBe('not_found');
  expect((await run('user delete', { username: 'ann', 'if-exists': true })).refusal).toBeUndefined();
  expect((await run('user delete', { username: 'boss' })).refusal?.[0], 'the last SUPERADMIN').toBe('failure');
});

test('the outbox and the keys', async () => {
  await anon.post('/api/v1/user', { email: 'mail@example.org', name: 'Mail' });
  const mail = await run('mail', {});
  expect(mail.out).toContain('To: mail@example.org\nSubject: Set a new password\n');
  expect(mail.out).toContain('/app/set-password?token=');
  const before = (await anon.post('/auth', { email: 'boss', password: testPassword })).body.access_token;
  expect((await run('key rotate', {})).out).toMatch(/^New signing key /);
  const after = (await anon.post('/auth', { email: 'boss', password: testPassword })).body.access_token;
  expect(after.split('.')[0]).not.toBe(before.split('.')[0]);
  for (const token of [before, after]) {
    expect((await anon.get('/api/v1/user/me', { authorization: `Bearer ${token}` })).status).toBe(200);
  }
  expect((await anon.get('/.well-known/jwks.json')).body.keys).toHaveLength(2);
});

test('drop_tables wants a yes, create_tables makes them again', async () => {
  const own = (await startWorld()).context;
  expect((await run('drop_tables', {}, {}, own)).refusal).toEqual(['usage', '--yes is required']);
  const refused = await run('drop_tables', {}, { answers: [''] }, own);
  expect([refused.asked, refused.refusal]).toEqual([
    ['Are you sure you want to lose all your data: [n] '],
    ['cancelled', 'Drop database tables cancelled.'],
  ]);
  expect((await run('drop_tables', { confirm: 'other' }, {}, own)).refusal?.[0]).toBe('usage');
  expect((await run('drop_tables', { yes: true }, {}, own)).out).toBe('Drop database tables successfully.\n');
  expect(await pendingMigrations(own.db.pool, migrationsFolder)).not.toEqual([]);
  expect((await run('create_tables', { check: true }, {}, own)).refusal?.[0]).toBe('failure');
  expect((await run('create_tables', {}, {}, own)).out).toBe('Create database tables successfully.\n');
  expect((await run('create_tables', { check: true }, {}, own)).out).toBe('Nothing is missing.\n');
});
