import { createUser } from '../../src/accounts/index.ts';
import { issueSession } from '../../src/accounts/sessions/issue-session.ts';
import { Actor } from '../support/actor.ts';
import type { World } from '../support/world.ts';

let count = 0;

/** Somebody signed in without the cost of a password; with an integer and a uuid. */
export class Someone extends Actor {
  readonly id: string;
  readonly number: number;

  constructor(url: string, token: string, id: string, number: number) {
    super(url, { authorization: `Bearer ${token}` });
    this.id = id;
    this.number = number;
  }
}

export async function someone(world: World, role: 'USER' | 'ADMIN' | 'SUPERADMIN' = 'USER'): Promise<Someone> {
  count += 1;
  const { context } = world;
  const user = await createUser(context, {
    email: `p${count}@places.org`,
    username: `p${count}`,
    name: `P ${count}`,
    role,
  });
  const session = await context.db.transaction((tx) => issueSession(context, tx, user, { kind: 'password' }));
  const { rows } = await context.db.pool.query<{ number: number }>('select number from "user" where id = $1', [
    user.id,
  ]);
  return new Someone(world.url, session.accessToken, user.id, rows[0]!.number);
}

/** Ids of places by their code. */
export type Ids = Record<string, number>;

/**
 * Country K; provinces P (districts a, b) and Q (districts c, d); clinic x at a. Made over HTTP by an administrator.
 */
export async function makeTree(admin: Actor): Promise<{ ids: Ids; types: Ids }> {
  const types: Ids = {};
  for (const [name, admin_level] of [
    ['Country', 0],
    ['Province', 1],
    ['District', 2],
    ['Clinic', 3],
  ] as const) {
    types[name] = (await must(admin.post('/api/v1/location_type/', { name, admin_level }), 201)).id;
  }
  const ids: Ids = {};
  const places = [
    ['K', 'Country', null],
    ['P', 'Province', 'K'],
    ['Q', 'Province', 'K'],
    ['a', 'District', 'P'],
    ['b', 'District', 'P'],
    ['c', 'District', 'Q'],
    ['d', 'District', 'Q'],
    ['x', 'Clinic', 'a'],
  ] as const;
  for (const [code, type, parent] of places) {
    const body = {
      name: `place ${code}`,
      location_code: code,
      location_type_id: types[type],
      parent_location_id: parent === null ? null : ids[parent],
    };
    ids[code] = (await must(admin.post('/api/v1/location/', body), 201)).id;
  }
  return { ids, types };
}

export async function must(answer: ReturnType<Actor['get']>, status: number) {
  const { status: got, body, text } = await answer;
  if (got !== status) throw new Error(`${got} instead of ${status}: ${text}`);
  return body;
}

/** Codes of the places in an answer, in the order of the ids. */
export const codesIn = (ids: Ids, body: { objects: { id?: number; location_id?: number }[] }): string => {
  const codes = new Map(Object.entries(ids).map(([code, id]) => [id, code]));
  return body.objects.map((object) => codes.get((object.location_id ?? object.id)!) ?? '?').join('');
};
