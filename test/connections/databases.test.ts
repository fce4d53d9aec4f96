import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectOf, somebody } from '../support/people.ts';
import { startWorld } from '../support/world.ts';

const world = await startWorld({
  GRANARY_ALLOW_HOSTS: '127.0.0.1',
  GRANARY_CONNECTION_CONNECT_SECONDS: '5',
});
const ann = await somebody(world, { username: 'ann' });
const project = await projectOf(world, ann);
let made = 0;

async function connect(type: string, config: Record<string, unknown>, secrets: Record<string, string> = {}) {
  made += 1;
  const answer = await ann.post('/api/v1/connection', { project_id: project, name: `c${made}`, type, config, secrets });
  expect(answer.status, answer.text).toBe(201);
  const at = `/api/v1/connection/${answer.body.id}`;
  return {
    test: () => ann.post(`${at}/test`),
    discover: () => ann.post(`${at}/discover`),
    preview: (source: Record<string, unknown>) => ann.post(`${at}/preview`, { source }),
    keep: (queries: Record<string, unknown>) => ann.patch(at, { queries }),
  };
}

describe('postgres', () => {
  const role = `pull_${process.pid}`;
  const client = new Client({ connectionString: world.databaseUrl });
  let config: Record<string, unknown>;
  const secrets = { password: 'p4ssword' };
  const open = () => connect('postgres', config, secrets);
  // The tests' own server may listen on a socket of the file system only.
  const way = createServer((socket) => {
    const server: Socket = client.host.startsWith('/')
      ? dial(`${client.host}/.s.PGSQL.${client.port}`)
      : dial(client.port, client.host);
    for (const [from, to] of [
      [socket, server],
      [server, socket],
    ] as const)
      from
        .on('error', () => to.destroy())
        .on('close', () => to.destroy())
        .pipe(to);
  });

  beforeAll(async () => {
    await client.connect();
    await once(way.listen(0, '127.0.0.1'), 'listening');
    const { port } = way.address() as AddressInfo;
    config = { host: '127.0.0.1', port, database: client.database, user: client.user, tls: 'disable' };
    await client.query(`create table "Visit s" (id bigint, at timestamptz, n numeric, ok boolean, more jsonb);
      insert into "Visit s" select 9007199254740992 + i, timestamptz '2026-01-01' + i * interval '1.5 s', i + 0.10, i % 2 = 0, '{"a": 1.0}'
      from generate_series(1, 3) i`);
  });
  afterAll(async () => {
    way.close();
    await client.end();
  });

  test('a table, with every digit, moments in UTC, and nothing of the server lost', async () => {
    const { preview } = await open();
    const answer = await preview({ table: 'public.Visit s' });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toContain(
      '{"id":9007199254740993,"at":"2026-01-01T00:00:01.5Z","n":1.10,"ok":false,"more":"{\\"a\\": 1.0}"}',
    );
    expect(answer.body.rows).toHaveLength(3);
  });

  test('a query with values, which are never part of its text', async () => {
    const { preview } = await open();
    const query = 'select $1::text as a, $2::int + 1 as b, $3::text as c';
    const params = ["'; drop table x; --", 41, null];
    expect((await preview({ query, params })).body.rows).toEqual([{ a: params[0], b: 42, c: null }]);
  });

  test('more rows than one batch come in order, and a preview takes fifty', async () => {
    const { preview } = await open();
    const { body } = await preview({ query: 'select * from generate_series(1, 30000) i, generate_series(1, 30000) j' });
    expect(body).toMatchObject({ more: true });
    expect(body.rows).toHaveLength(50);
  });

  test('what writes is refused: by us, and by the database where only it can know', async () => {
    const { preview, keep } = await open();
    const many = { query: 'select 1; delete from "Visit s"' };
    expect((await preview(many)).body).toMatchObject({ code: 'invalid_source' });
    expect((await keep({ many })).body).toMatchObject({ code: 'invalid_source' });
    const hidden = { query: 'with d as (delete from "Visit s" returning *) select * from d' };
    expect((await preview(hidden)).body).toMatchObject({ code: 'source_refused' });
    await client.query(`create function wipe() returns int language sql as 'delete from "Visit s" returning 1'`);
    expect((await preview({ query: 'select wipe()' })).body).toMatchObject({ code: 'source_refused' });
    expect(
      (await preview({ query: `select set_config('transaction_read_only', 'off', false), wipe()` })).body,
    ).toMatchObject({
      code: 'source_refused',
    });
    expect((await client.query('select 1 from "Visit s"')).rowCount).toBe(3);
  });

  test('what the connection says of itself', async () => {
    const { test: ask, discover } = await open();
    expect((await ask()).body).toMatchObject({ ok: true, server: expect.stringContaining('PostgreSQL') });
    expect((await discover()).body.objects).toContainEqual({
      name: 'public.Visit s',
      columns: expect.arrayContaining([{ name: 'at', type: 'timestamp with time zone' }]),
    });
  });

  test('two columns of one name, an unknown table, a missing cursor column', async () => {
    const { preview } = await open();
    expect((await preview({ query: 'select 1 as a, 2 as a' })).body.message).toContain('Both are called a');
    expect((await preview({ table: 'nowhere' })).body.message).toContain('(42P01)');
    expect((await preview({ table: 'Visit s', cursor: { field: 'nil' } })).body).toMatchObject({
      code: 'source_refused',
    });
  });

  test('a wrong password, a server without TLS, a port nobody listens on, a host nobody allowed', async () => {
    await client.query(`create role ${role} login password 'right-pass'`);
    try {
      const user = await connect(
        'postgres',
        { ...config, user: role, database: 'no_such_db' },
        { password: 'right-pass' },
      );
      expect((await user.test()).body).toMatchObject({ ok: false });
    } finally {
      await client.query(`drop role ${role}`);
    }
    const tls = await connect('postgres', { ...config, tls: 'verify' }, secrets);
    expect((await tls.test()).body).toMatchObject({ ok: false, code: 'source_unreachable' });
    const closed = await connect('postgres', { ...config, port: 1 }, secrets);
    expect((await closed.test()).body).toMatchObject({ ok: false, code: 'source_unreachable' });
    const foreign = await connect('postgres', { ...config, host: '127.0.0.2' }, secrets);
    expect((await foreign.test()).body).toMatchObject({ ok: false, code: 'source_forbidden' });
    const inPublic = await connect('postgres', { ...config, host: '93.184.216.34', port: 443 }, secrets);
    expect((await inPublic.test()).body).toMatchObject({ ok: false, code: 'source_forbidden' });
  });
});

/** The system's MariaDB: root without a password, database test. */
const maria = { host: '127.0.0.1', port: 3306, user: 'root', database: 'test' };
const hasMaria = await createConnection(maria).then(
  (connection) => connection.end().then(() => true),
  () => false,
);

describe.skipIf(!hasMaria)(hasMaria ? 'mariadb' : 'mariadb (skipped: no server on 127.0.0.1:3306)', () => {
  const table = `visit_${process.pid}`;
  const config = { ...maria, tls: 'disable' };
  const open = (more: Record<string, unknown> = {}, type = 'mariadb') => connect(type, { ...config, ...more });

  beforeAll(async () => {
    const client = await createConnection(maria);
    await client.query(
      `create table ${table} (id bigint, at datetime(6), t timestamp, n decimal(10, 2), b varbinary(4), j json) character set utf8mb4`,
    );
    await client.query(`set time_zone = '+02:00'`);
    await client.query(
      `insert into ${table} values (9007199254740993, '2026-01-01 10:00:00.5', '2026-01-01 10:00:00', 1.10, x'00ff', '{"a": "ü"}')`,
    );
    await client.end();
  });
  afterAll(async () => {
    const client = await createConnection(maria);
    await client.query(`drop table ${table}`);
    await client.end();
  });

  test('a table, with every digit, moments in UTC', async () => {
    const { preview } = await open();
    const answer = await preview({ table });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toContain(
      '{"id":9007199254740993,"at":"2026-01-01T10:00:00.500000","t":"2026-01-01T08:00:00Z","n":1.10,"b":"00ff","j":"{\\"a\\": \\"ü\\"}"}',
    );
  });

  test('a query with values, as MySQL too', async () => {
    const { preview } = await open({}, 'mysql');
    const { body } = await preview({ query: 'select ? as a, 2 as b;', params: ["'; drop table x; --"] });
    expect(body.rows).toEqual([{ a: "'; drop table x; --", b: 2 }]);
  });

  test('many rows', async () => {
    const { preview } = await open();
    const { body } = await preview({ query: 'select seq from seq_1_to_3000000' });
    expect(body).toMatchObject({ more: true });
    expect(body.rows.at(-1)).toEqual({ seq: 50 });
  });

  test('what writes is refused', async () => {
    const { preview } = await open();
    expect((await preview({ query: `select 1 into outfile '/tmp/x'` })).body).toMatchObject({ code: 'invalid_source' });
    const client = await createConnection(maria);
    await client.query(
      `create function wipe_${process.pid}() returns int modifies sql data begin delete from ${table}; return 1; end`,
    );
    try {
      expect((await preview({ query: `select wipe_${process.pid}()` })).body).toMatchObject({ code: 'source_refused' });
    } finally {
      await client.query(`drop function wipe_${process.pid}`);
      await client.end();
    }
  });

  test('what it says of itself, and a wrong password', async () => {
    const { test: ask, discover } = await open();
    expect((await ask()).body).toMatchObject({ ok: true, server: expect.stringContaining('MariaDB') });
    expect((await discover()).body.objects).toContainEqual({
      name: table,
      columns: expect.arrayContaining([{ name: 'at', type: 'datetime' }]),
    });
    const wrong = await connect('mariadb', config, { password: 'wrong-pass' });
    const { body } = await wrong.test();
    expect(body).toMatchObject({ ok: false, code: 'source_unauthorized' });
    expect(JSON.stringify(body)).not.toContain('wrong-pass');
    const tls = await open({ tls: 'verify' });
    expect((await tls.test()).body).toMatchObject({ ok: false, code: 'source_unreachable' });
  });
});
