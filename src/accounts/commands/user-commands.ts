import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type Role, roles } from '../rights.ts';
import { createUser } from '../users/create-user.ts';
import { deleteUser } from '../users/delete-user.ts';
import { findUsername } from '../users/store.ts';
import {
  type AccountCommand,
  type CommandArgs,
  type CommandIo,
  CommandRefusal,
  givenValue,
  outputFlags,
  passwordOf,
  report,
} from './command.ts';

const createFlags = [
  ['--username <name>', 'name to sign in with'],
  ['--password-stdin', 'read the password from standard input'],
  ['--email <address>', 'e-mail address'],
  ['--if-not-exists', 'succeed when the user is there already'],
  ...outputFlags,
] as const;

export const userCommands: AccountCommand[] = [
  {
    verb: 'create_user',
    path: ['user', 'create'],
    about: 'make a user',
    flags: [...createFlags, ['--role <role>', 'USER, ADMIN or SUPERADMIN'], ['--admin', 'the same as --role ADMIN']],
    run: async (context, io, args) => create(context, io, args, args.admin === true ? 'ADMIN' : readRole(args.role)),
  },
  {
    verb: 'create_admin',
    path: ['user', 'create-admin'],
    about: 'make an administrator',
    flags: createFlags,
    run: (context, io, args) => create(context, io, args, 'ADMIN'),
  },
  {
    verb: 'delete_user',
    path: ['user', 'delete'],
    about: 'disable a user and erase personal data',
    flags: [
      ['--username <name>', 'name of the user'],
      ['--transfer-to <name>', 'user who gets what only this one owned; default: the project managers'],
      ['--if-exists', 'succeed when there is no such user'],
      ...outputFlags,
    ],
    run: remove,
  },
];

async function create(context: Context, io: CommandIo, args: CommandArgs, role: Role): Promise<void> {
  const username = await givenValue(io, args, 'username', 'Username:');
  const known = await findUsername(context.db, username);
  if (known !== undefined && args['if-not-exists'] === true) {
    return report(io, args, 'User exists already.', { id: known.id, username, created: false });
  }
  const password = await passwordOf(io, args);
  const email = await givenValue(io, args, 'email', 'Email:');
  const user = await createUser(context, {
    username,
    email,
    name: username,
    password,
    role,
    emailVerified: true,
  }).catch((error: unknown) => {
    throw inCommand(error);
  });
  report(io, args, 'Create user successfully.', { id: user.id, username, email, role, created: true });
}

async function remove(context: Context, io: CommandIo, args: CommandArgs): Promise<void> {
  const username = await givenValue(io, args, 'username', 'Username:');
  const user = await findUsername(context.db, username);
  if (user === undefined) {
    if (args['if-exists'] === true) return report(io, args, 'There is no such user.', { username, deleted: false });
    throw new CommandRefusal('not_found', `there is no user ${username}`);
  }
  const heirName = args['transfer-to'];
  const heir = typeof heirName === 'string' ? await findUsername(context.db, heirName) : undefined;
  if (typeof heirName === 'string' && heir === undefined) {
    throw new CommandRefusal('not_found', `there is no user ${heirName}`);
  }
  await context.db
    .transaction((tx) => deleteUser(context, tx, user.id, heir?.id ?? null))
    .catch((error: unknown) => {
      throw inCommand(error);
    });
  report(io, args, 'Delete user successfully.', { id: user.id, username, deleted: true });
}

function readRole(value: string | boolean | undefined): Role {
  if (value === undefined) return 'USER';
  const role = roles.find((name) => name === value);
  if (role === undefined) throw new CommandRefusal('usage', `--role must be one of ${roles.join(', ')}`);
  return role;
}

function inCommand(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const exists = error.code === 'email_taken' || error.code === 'username_taken';
  return new CommandRefusal(exists ? 'exists' : 'failure', error.message);
}
