import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, inject } from 'vitest';
import { readConfig } from '../../src/platform/config/index.ts';
import { type Db, raw, sql } from '../../src/platform/db/index.ts';
import { type App, createHttp } from '../../src/platform/http/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { openContext } from '../../src/platform/open-context.ts';
import {
  type Access,
  action,
  createResources,
  type ResourceDeps,
  registerResources,
  resource,
} from '../../src/resource/index.ts';
import { Actor } from '../support/actor.ts';
import { databaseUrl, onServer } from '../support/start-database.ts';

/** Made-up tables on a database of its own: regions hold sites, sites hold visits, visits hold samples. */
export interface FieldsWorld {
  app: App;
  db: Db;
  url: string;
  admin: Actor;
  /** Own the sites of their name. */
  ann: Actor;
  bob: Actor;
  /** Sees everything, changes nothing. */
  viewer: Actor;
  anon: Actor;
  deps: ResourceDeps;
  events: string[];
  folder: string;
}

let worlds = 0;

export async function startFieldsWorld(options: Partial<ResourceDeps> = {}): Promise<FieldsWorld> {
  worlds += 1;
  const server = inject('databaseUrl');
  const name = `granary_fields_${process.pid}_${worlds}`;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'granary-fields-'));
  await onServer(server, `create database ${name} template ${inject('templateName')}`);
  const config = readConfig({ GRANARY_DATA_DIR: folder, GRANARY_LOG_LEVEL: 'silent', GRANARY_RATE_LIMIT: '0' });
  const context = await openContext(
    config,
    createLog({ level: (process.env.TEST_LOG ?? 'silent') as 'silent', pretty: false }),
    databaseUrl(server, name),
  );
  await context.db.pool.query(tables);
  const app = await createHttp(context, { version: 'test', cors: {} });
  const events: string[] = [];
  const deps: ResourceDeps = {
    db: context.db,
    cursorKey: randomBytes(32),
    workFolder: path.join(folder, 'work'),
    accessOf: (request) => accessOfUser(request.headers['x-user'] as string | undefined),
    ...options,
  };
  await registerResources(app as unknown as FastifyInstance, createResources(declarations(events), deps, actions));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  afterAll(async () => {
    await app.close();
    await context.close();
    await onServer(server, `drop database ${name} with (force)`);
    await rm(folder, { recursive: true, force: true });
  });
  const as = (user: string) => new Actor(url, { 'x-user': user });
  return {
    app,
    db: context.db,
    url,
    admin: as('admin'),
    ann: as('ann'),
    bob: as('bob'),
    viewer: as('viewer'),
    anon: new Actor(url, {}),
    deps,
    events,
    folder,
  };
}

/** Owners hold every right on their rows and may read and create whatever belongs to nobody. */
function accessOfUser(user: string | undefined): Access {
  if (user === undefined) {
    return { userId: null, username: null, role: 'ANONYMOUS', can: () => false, where: () => raw('false') };
  }
  const everywhere = (right: string) =>
    user === 'admin' || (user === 'viewer' && right.endsWith('.read')) || right === 'region.read';
  return {
    userId: user,
    username: user,
    role: user === 'admin' ? 'ADMIN' : 'USER',
    can: everywhere,
    where: (right, { owner }) =>
      everywhere(right)
        ? raw('true')
        : owner === undefined || user === 'viewer'
          ? raw('false')
          : sql`${owner} = ${user}`,
  };
}

const tables = `
create table region (id serial primary key, name text not null unique, level int not null default 1, created_at timestamptz not null default now());
create table site (
  id serial primary key, region_id int not null references region, parent_site_id int references site, name text not null,
  code text not null unique, owner text not null, opened_on date, latitude float8, area numeric, active boolean not null default true,
  tags jsonb not null default '[]', settings jsonb, pin text, created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  unique (region_id, name));
create table visit (
  id serial primary key, site_id int not null references site, visited_at timestamptz not null, counted int, note text, payload jsonb,
  check (counted >= -100));
create table sample (id uuid primary key default gen_random_uuid(), visit_id int not null references visit, label text not null);
create table breaking (id int primary key, divisor int not null);
insert into breaking select i, 60000 - i from generate_series(1, 100000) i;
analyze breaking;
create table unit (code text primary key, title text not null, shape jsonb);
`;

const id = { type: 'integer', readonly: true, sql_type: 'integer' } as const;

function declarations(events: string[]) {
  return [
    resource({
      resource_name: 'region',
      object_class: 'region',
      fields: {
        id,
        name: { type: 'string', maxLength: 40, blank: false, unique: true, help: 'What people call it.' },
        level: { type: 'integer', sql_type: 'integer', default: 1, minimum: 0 },
        created_at: { type: 'datetime', auto: 'created' },
      },
      order: ['name'],
      required_fields_for_post: ['name'],
      permission: { read: 'region.read', write: 'region.write' },
    }),
    resource({
      resource_name: 'site',
      object_class: 'site',
      fields: {
        id,
        region_id: { type: 'integer', sql_type: 'integer', references: { resource: 'region' } },
        parent_site_id: { type: 'integer', sql_type: 'integer', nullable: true, references: { resource: 'site' } },
        name: { type: 'string' },
        code: { type: 'string', unique: true },
        owner: { type: 'string' },
        opened_on: { type: 'date', nullable: true },
        latitude: { type: 'number', nullable: true, minimum: -90, maximum: 90 },
        area: { type: 'number', sql_type: 'numeric', nullable: true },
        active: { type: 'boolean', default: true },
        tags: { type: 'list', default: [] },
        settings: { type: 'dict', nullable: true },
        pin: { type: 'string', nullable: true, secret: true },
        level: { type: 'integer', path: 'region__level' },
        created_at: { type: 'datetime', auto: 'created' },
        updated_at: { type: 'datetime', auto: 'updated' },
      },
      query_fields: [
        'id',
        'region_id',
        'region__name',
        'parent_site_id',
        'parent_site__name',
        'name',
        'code',
        'owner',
        'opened_on',
        'latitude',
        'area',
        'active',
        'tags',
        'settings',
        'level',
        'created_at',
        'updated_at',
      ],
      required_fields_for_post: ['region_id', 'name', 'code', 'owner'],
      natural_keys: [['region_id', 'name']],
      delete_by_filter: true,
      permission: { read: 'site.read', write: 'site.write', owner: 'owner' },
      parameters: { min_visits: { type: 'integer', help: 'At least so many visits.' } },
      hooks: {
        beforeWrite: (value, { before }) => {
          events.push(`before ${before?.name ?? 'nothing'} → ${value.name ?? '(same)'}`);
          if (Array.isArray(value.tags)) value.tags = value.tags.filter((tag) => tag !== 'banned');
        },
        afterWrite: (changes) => {
          for (const { before, after } of changes) {
            events.push(`after ${before?.name ?? 'nothing'} → ${after?.name ?? 'nothing'}`);
          }
        },
        select: (query, parameters) => {
          if (parameters.min_visits === undefined) return;
          query.where(
            sql`(select count(*) from visit v where v.site_id = ${query.column('id')}) >= ${parameters.min_visits}`,
          );
        },
        meta: async () => ({ kinds: ['site'] }),
      },
    }),
    resource({
      resource_name: 'visit',
      object_class: 'visit',
      fields: {
        id,
        site_id: { type: 'integer', sql_type: 'integer', references: { resource: 'site' } },
        visited_at: { type: 'datetime' },
        counted: { type: 'integer', sql_type: 'integer', nullable: true },
        note: { type: 'string', nullable: true },
        payload: { type: 'dict', nullable: true },
      },
      query_fields: ['id', 'site_id', 'site__code', 'visited_at', 'counted', 'note', 'payload'],
      csv_spread: 'payload',
      required_fields_for_post: ['site_id', 'visited_at'],
      permission: { read: 'site.read', write: 'site.write', owner: 'site__owner' },
    }),
    resource({
      resource_name: 'sample',
      object_class: 'sample',
      fields: {
        id: { type: 'uuid', readonly: true },
        visit_id: { type: 'integer', sql_type: 'integer', references: { resource: 'visit', on_delete: 'cascade' } },
        label: { type: 'string' },
      },
      permission: { read: 'site.read', write: 'site.write', owner: 'visit__site__owner' },
      required_fields_for_post: ['visit_id', 'label'],
      GET_params_required: [['visit_id', 'id']],
    }),
    resource({
      resource_name: 'unit',
      object_class: 'unit',
      primary_key: 'code',
      fields: {
        code: { type: 'string', maxLength: 20 },
        title: { type: 'string' },
        shape: { type: 'dict', nullable: true },
      },
      required_fields_for_post: ['code', 'title'],
      geometry: 'shape',
      require_if_match: true,
      permission: { read: 'region.read', write: 'region.write' },
    }),
    resource({
      resource_name: 'site_size',
      object_class: ({ at_least }) =>
        sql`select s.id, s.name, s.owner, (select count(*) from visit v where v.site_id = s.id)::int as visits
          from site s where (select count(*) from visit v where v.site_id = s.id) >= coalesce(${at_least ?? null}::int, 0)`,
      fields: {
        id: { type: 'integer' },
        name: { type: 'string' },
        owner: { type: 'string' },
        visits: { type: 'integer', sql_type: 'integer' },
      },
      parameters: { at_least: { type: 'integer' } },
      permission: { read: 'site.read', owner: 'owner' },
    }),
    resource({
      resource_name: 'breaking',
      help: 'Fails at its 60,000th row.',
      object_class: 'breaking',
      fields: {
        id: { type: 'integer' },
        name: { type: 'string', expression: `repeat('x', 500)` },
        broken: { type: 'integer', expression: '1 / {t}.divisor' },
      },
      permission: { read: 'site.read' },
    }),
    resource({
      resource_name: 'script',
      object_class: 'site',
      fields: {
        id,
        name: { type: 'string' },
        code: { type: 'string' },
        area: { type: 'number', sql_type: 'numeric', nullable: true },
        opened_on: { type: 'date', nullable: true },
        owner: { type: 'string', right: 'site.admin' },
      },
      order: ['-opened_on'],
      envelope: 'data',
      ignore_unknown_parameters: true,
      permission: { read: 'site.read' },
    }),
  ];
}

const actions = [
  action({
    resource_name: 'recount',
    parameters: { site_id: { type: 'integer', required: true, references: 'site' } },
    right: 'site.write',
    run_kind: 'recount',
    lock_key: ({ site_id }) => `site:${site_id}`,
    objects: { resource: 'site', filter: ({ site_id }) => ({ id: String(site_id) }) },
  }),
];

/** Seven sites in two regions and a few visits, with nulls, odd texts and both owners. */
export async function seed(db: Db): Promise<void> {
  await db.pool.query(`
    insert into region (name, level) values ('North', 1), ('South', 2);
    insert into site (region_id, parent_site_id, name, code, owner, opened_on, latitude, area, active, tags, settings, pin) values
      (1, null, 'Alder', 'A1', 'ann', '2019-12-31', 1.5, 10, true, '["wet"]', '{"a":1}', '1111'),
      (1, 1, 'alder creek', 'A2', 'ann', '2020-01-01', -2.25, 20.5, true, '[]', null, '2222'),
      (1, 1, '50% off_', 'A3', 'bob', '2020-06-15', null, null, false, '[]', null, null),
      (2, null, 'Béla, "the" site', 'B1', 'bob', null, 0, 0, true, '[]', '{"b":null}', null),
      (2, 4, 'back\\slash', 'B2', 'ann', '2020-12-31', 89.9, 1e3, false, '[1,2]', null, null),
      (2, 4, 'null', 'B3', 'bob', '2021-03-01', 1e-3, 7, true, '[]', null, null),
      (2, null, '', 'B4', 'ann', null, null, 3, true, '[]', null, null);
    insert into visit (site_id, visited_at, counted, note, payload) values
      (1, '2020-02-29T23:59:59.999999Z', 5, 'dry', '{"seen":5,"by":"x"}'),
      (1, '2020-03-01T00:00:00Z', null, null, null),
      (2, '2021-01-01T00:30:00+01:00', 0, '=cmd()', '{"by":"y, z","more":[1]}'),
      (3, '2021-07-04T12:00:00Z', -3, 'two
lines', '{}'),
      (5, '2022-07-04T12:00:00Z', 12, '-', null);
    insert into sample (id, visit_id, label) values ('00000000-0000-4000-8000-000000000001', 1, 's1'), ('00000000-0000-4000-8000-000000000002', 4, 's2');
    insert into unit values ('kg', 'kilogram', '{"type":"Point","coordinates":[1,2]}'), ('m/s', 'metres per second', null);
  `);
}
