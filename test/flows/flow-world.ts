import type { Person } from '../support/people.ts';
import { somebody } from '../support/people.ts';
import type { World } from '../support/world.ts';

/** Somebody with a service token for the spec store, as its clients have one. */
export interface FlowOwner extends Person {
  token: string;
}

export async function flowOwner(world: World): Promise<FlowOwner> {
  const person = await somebody(world);
  const { body } = await person.get('/auth/authorize?service=source');
  return Object.assign(person, { token: body.token as string });
}

export function specOf(owner: { id: string }, dataset = 'id', more: Record<string, unknown> = {}) {
  return {
    meta: { owner: 'Me', ownerid: owner.id, dataset, version: 1, findability: 'published' },
    inputs: [
      {
        kind: 'datapackage',
        url: 'http://user:pw@data.example.org/datapackage.json',
        parameters: {
          descriptor: {
            name: dataset,
            title: 'Cities',
            resources: [
              { name: 'cities', path: 'data/cities.csv', schema: { fields: [{ name: 'city', type: 'string' }] } },
            ],
          },
        },
      },
    ],
    ...more,
  };
}

export const upload = (world: World, owner: FlowOwner, spec: unknown) =>
  world.anon.post('/source/upload', spec, { 'auth-token': owner.token });

export const secret = 'runner-secret';
export const report = (world: World, body: unknown) =>
  world.anon.post('/source/update', body, { authorization: `Bearer ${secret}` });
