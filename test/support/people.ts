import { createProject, createUser, type ProjectRole, type Role, setMember } from '../../src/accounts/index.ts';
import { Actor } from './actor.ts';
import type { World } from './world.ts';

/** Somebody with an account, signed in through POST /auth. */
export class Person extends Actor {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;

  constructor(url: string, facts: PersonFacts) {
    super(url, { authorization: `Bearer ${facts.accessToken}` });
    this.id = facts.id;
    this.username = facts.username;
    this.email = facts.email;
    this.password = facts.password;
    this.accessToken = facts.accessToken;
    this.refreshToken = facts.refreshToken;
  }
}

interface PersonFacts {
  id: string;
  username: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

export const testPassword = 'Correct-Horse-7';

let count = 0;

/** `const ann = await somebody(world, { username: 'ann' })`; role USER unless said otherwise. */
export async function somebody(
  world: World,
  options: { username?: string; email?: string; name?: string; role?: Role } = {},
): Promise<Person> {
  count += 1;
  const username = options.username ?? `person${count}`;
  const email = options.email ?? `${username}@example.org`;
  const { id } = await createUser(world.context, {
    email,
    username,
    name: options.name ?? username,
    password: testPassword,
    role: options.role,
  });
  return signedIn(world, { id, username, email, password: testPassword });
}

/** A further sign-in of somebody who has an account. */
export async function signedIn(
  world: World,
  person: { id: string; username: string; email: string; password: string },
): Promise<Person> {
  const answer = await world.anon.post('/auth', { email: person.email, password: person.password });
  if (answer.status !== 200) throw new Error(`sign-in of ${person.email}: ${answer.status} ${answer.text}`);
  return new Person(world.url, {
    ...person,
    accessToken: answer.body.access_token,
    refreshToken: answer.body.refresh_token,
  });
}

/** A project owned by `owner`; further members by role. Returns its id. */
export async function projectOf(
  world: World,
  owner: Person,
  members: Partial<Record<ProjectRole, Person>> = {},
  options: { title?: string; visibility?: 'private' | 'instance' | 'public' } = {},
): Promise<string> {
  count += 1;
  return world.context.db.transaction(async (tx) => {
    const title = options.title ?? `Project ${count}`;
    const project = await createProject(world.context, tx, { title, visibility: options.visibility }, owner.id);
    for (const [role, person] of Object.entries(members) as [ProjectRole, Person][]) {
      await setMember(world.context, tx, { projectId: project.id, userId: person.id, role }, owner.id);
    }
    return project.id;
  });
}
