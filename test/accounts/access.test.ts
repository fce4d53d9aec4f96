import { expect, test } from 'vitest';
import { compileAccess } from '../../src/accounts/access/compile-access.ts';
import type { Places } from '../../src/accounts/access/places.ts';
import type { Principal } from '../../src/accounts/access/principal.ts';
import {
  allRights,
  instanceRights,
  projectRights,
  projectRoles,
  type Right,
  rights,
} from '../../src/accounts/rights.ts';
import { raw, sql } from '../../src/platform/db/index.ts';
import { startWorld } from '../support/world.ts';

const { context } = await startWorld();
const { db } = context;
const me = '00000000-0000-7000-8000-000000000001';
const other = '00000000-0000-7000-8000-000000000002';
const mine = '00000000-0000-7000-8000-00000000000a';
const foreign = '00000000-0000-7000-8000-00000000000b';
const open = '00000000-0000-7000-8000-00000000000c';

await db.pool.query(`
  insert into project (id, slug, title, visibility) values ('${mine}', 'mine', 'Mine', 'private'),
    ('${foreign}', 'foreign', 'Foreign', 'private'), ('${open}', 'open', 'Open', 'public');
  -- 1 ─ 2 ─ 3, and 9 apart: ancestor, place.
  create table tree (ancestor int, place int);
  insert into tree values (1,1),(1,2),(1,3),(2,2),(2,3),(3,3),(9,9);
  create table responsibility (user_id uuid, place int, level int);
  insert into responsibility values ('${me}', 2, 1), ('${me}', 3, 3);
  create table fact (id int primary key, project uuid, place int, owner uuid);
  insert into fact select row_number() over (), p, l, o
    from unnest(array['${mine}','${foreign}','${open}',null]::uuid[]) p, unnest(array[1,2,3,9]) l, unnest(array['${me}','${other}']::uuid[]) o;`);

const levels = { view: 1, capture: 2, manage: 3 };
const places: Places = {
  ofUser: (column, userId, level) =>
    sql`${column} in (select t.place from tree t join responsibility r on r.place = t.ancestor where r.user_id = ${userId} and r.level >= ${levels[level]})`,
  below: (column, ids) => sql`${column} in (select t.place from tree t where t.ancestor = any(${ids}::int[]))`,
};

interface Fact {
  id: number;
  project: string | null;
  place: number;
  owner: string;
}
const facts = await db.many<Fact>(sql`select * from fact order by id`);

function principal(facts: Partial<Principal>): Principal {
  return {
    userId: me,
    number: 1,
    username: 'me',
    email: null,
    role: 'USER',
    memberships: [],
    narrowed: undefined,
    ...facts,
  };
}

async function seen(who: Principal, right: string, columns: ('project' | 'location' | 'owner')[]): Promise<number[]> {
  const access = compileAccess(who, { places, adminReadsRows: false });
  const all = { project: raw('f.project'), location: raw('f.place'), owner: raw('f.owner') };
  const given = Object.fromEntries(columns.map((name) => [name, all[name]]));
  const rows = await db.many<{ id: number }>(
    sql`select f.id from fact f where ${access.where(right, given)} order by id`,
  );
  return rows.map((row) => row.id);
}

/** Contract data-api §10.1, as printed there: owner, manager, editor, contributor, viewer, requester, approver. */
const table: [Right[], string][] = [
  [['project.read', 'dataset.read'], 'x x x x x x x'],
  [['row.read', 'upload.open'], 'x x x - x - -'],
  [['row.add'], 'x x x x - - -'],
  [['dataset.write'], 'x x x - - - -'],
  [['connection.read', 'connection.write', 'webhook.read', 'webhook.write', 'member.write'], 'x x - - - - -'],
  [['request.submit'], 'x x x x x x -'],
  [['request.decide'], 'x - - - - - x'],
  [['dataset.delete', 'project.delete'], 'x - - - - - -'],
];

test.each(table)('%j in a project: as the contract prints it', async (names, marks) => {
  for (const right of names) {
    for (const [index, role] of projectRoles.entries()) {
      const ids = await seen(principal({ memberships: [{ projectId: mine, role }] }), right, ['project']);
      const allowed = marks.split(' ')[index] === 'x';
      const visible = ['project.read', 'dataset.read'].includes(right);
      const expected = facts.filter((fact) => (allowed && fact.project === mine) || (visible && fact.project === open));
      expect(ids, `${role} ${right}`).toEqual(expected.map((fact) => fact.id));
    }
  }
});

// Said once more in plain words, row by row, and compared with what the SQL says: every right × role × membership ×
// columns × row.
test('the predicate agrees with its plain-words twin for every right, role, membership and row', async () => {
  const ownRights = [
    'user.read',
    'upload.read',
    'upload.open',
    'run.read',
    'run.write',
    'document.read',
    'document.write',
    'webhook.read',
    'webhook.write',
    'plan.read',
    'plan.write',
    'plan.delete',
    'script.read',
    'script.write',
    'execution.read',
    'execution.write',
    'dashboard.write',
  ];
  const shown = ['project.read', 'dataset.read'];
  // Responsible for 2 (and 3 below it) with view, for 3 with manage.
  const inPlace = (place: number, level: string) => place === 3 || (level === 'view' && place === 2);
  const givenByPlace = [
    'location.write',
    'responsibility.read',
    'responsibility.write',
    'mapping.write',
    'document.read',
  ];
  const columnSets = [
    [],
    ['project'],
    ['owner'],
    ['location'],
    ['project', 'owner'],
    ['project', 'location', 'owner'],
  ] as const;
  let checked = 0;
  for (const right of allRights) {
    for (const role of ['USER', 'ADMIN', 'SUPERADMIN'] as const) {
      for (const projectRole of role === 'USER' ? [undefined, ...projectRoles] : [undefined]) {
        const memberships = projectRole === undefined ? [] : [{ projectId: mine, role: projectRole }];
        for (const columns of columnSets) {
          const has = (name: string) => (columns as readonly string[]).includes(name);
          const expected = facts.filter((fact) => {
            const everywhere = instanceRights[role].has(right);
            const byRole =
              has('project') &&
              fact.project === mine &&
              projectRole !== undefined &&
              projectRights[projectRole].has(right);
            const byVisibility = has('project') && fact.project === open && shown.includes(right);
            const belongs =
              !has('project') || fact.project === null || (fact.project === mine && projectRole !== undefined);
            const byOwner = has('owner') && fact.owner === me && ownRights.includes(right) && belongs;
            const placed = !has('location') || role !== 'USER' || inPlace(fact.place, rights[right].place);
            const byPlace = has('location') && givenByPlace.includes(right);
            const ownAnywhere = has('owner') && fact.owner === me && right === 'responsibility.read';
            return ((everywhere || byRole || byVisibility || byOwner || byPlace) && placed) || ownAnywhere;
          });
          const ids = await seen(principal({ role, memberships }), right, [...columns]);
          expect(ids, `${role} ${projectRole} ${right} ${columns}`).toEqual(expected.map((fact) => fact.id));
          checked += 1;
        }
      }
    }
  }
  expect(checked).toBe(allRights.length * 10 * columnSets.length);
});

test('administrators manage without reading rows, unless the setting says so', async () => {
  const admin = principal({ role: 'ADMIN' });
  expect(await seen(admin, 'row.read', ['project'])).toEqual([]);
  const reading = compileAccess(admin, { places, adminReadsRows: true });
  expect(reading.can('row.read')).toBe(true);
  expect(compileAccess(principal({}), { places, adminReadsRows: true }).can('row.read')).toBe(false);
});

test('a credential only takes away', async () => {
  const owner = { role: 'SUPERADMIN', memberships: [{ projectId: mine, role: 'owner' }] } as const;
  const narrowed = (narrowing: Principal['narrowed']) =>
    principal({ ...owner, memberships: [...owner.memberships], narrowed: narrowing });
  const all = await seen(principal({ ...owner, memberships: [...owner.memberships] }), 'dataset.read', [
    'project',
    'location',
  ]);
  expect(all).toHaveLength(facts.length);
  const byProject = await seen(narrowed({ projectIds: [foreign] }), 'dataset.read', ['project']);
  expect(byProject).toEqual(facts.filter((fact) => fact.project === foreign).map((fact) => fact.id));
  const byPlace = await seen(narrowed({ locationIds: [3, 9] }), 'datapoint.read', ['location']);
  expect(byPlace).toEqual(facts.filter((fact) => [3, 9].includes(fact.place)).map((fact) => fact.id));
  expect(await seen(narrowed({ rights: new Set(['row.add']) }), 'dataset.read', ['project'])).toEqual([]);
  const fenced = compileAccess(narrowed({ projectIds: [mine] }), { places, adminReadsRows: false });
  expect([
    fenced.can('user.write'),
    fenced.can('user.read'),
    fenced.can('setting.write'),
    fenced.can('metadata.read'),
  ]).toEqual([false, false, false, true]);
  expect(await seen(narrowed({ projectIds: [mine] }), 'run.read', ['owner'])).toEqual([]);
});

test('without a tree of places nobody is responsible for any', async () => {
  const { accessOfUser, createUser } = await import('../../src/accounts/index.ts');
  const user = await createUser(context, { email: 'x@a.org', name: 'X' });
  const access = await accessOfUser(context, user.id);
  const rows = await db.many(
    sql`select 1 from fact f where ${access.where('datapoint.read', { location: raw('f.place') })}`,
  );
  expect(rows).toEqual([]);
});

test('a misspelt right is a bug, not a refusal', () => {
  const access = compileAccess(principal({}), { places, adminReadsRows: false });
  expect(() => access.can('row.raed')).toThrow("there is no right 'row.raed'");
  expect(() => access.where('row.raed', {})).toThrow("there is no right 'row.raed'");
});
