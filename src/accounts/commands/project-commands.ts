import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import { removeMember, setMember } from '../projects/change-members.ts';
import { createProject } from '../projects/create-project.ts';
import { markProjectDeleted, projectIdOfTitle } from '../projects/store.ts';
import { type ProjectRole, projectRoles } from '../rights.ts';
import { findUsername } from '../users/store.ts';
import {
  type AccountCommand,
  type CommandArgs,
  type CommandIo,
  CommandRefusal,
  confirmed,
  givenValue,
  outputFlags,
  report,
} from './command.ts';

const memberFlags = [
  ['--username <name>', 'name of the user'],
  ['--project <name>', 'title or slug of the project'],
  ['--role <role>', projectRoles.join(', ')],
  ...outputFlags,
] as const;

export const projectCommands: AccountCommand[] = [
  {
    verb: 'create_project',
    path: ['project', 'create'],
    about: 'make a project',
    flags: [
      ['--name <text>', 'title'],
      ['--description <text>', 'what it is about'],
      ['--if-not-exists', 'succeed when it is there already'],
      ...outputFlags,
    ],
    run: create,
  },
  {
    verb: 'delete_project',
    path: ['project', 'delete'],
    about: 'hide a project and end its memberships',
    flags: [
      ['--name <text>', 'title or slug'],
      ['--yes', 'do not ask'],
      ['--if-exists', 'succeed when there is no such project'],
      ...outputFlags,
    ],
    run: remove,
  },
  {
    verb: 'create_relation',
    path: ['member', 'add'],
    about: 'make a user a member of a project, or change the role; default role: editor',
    flags: memberFlags,
    run: add,
  },
  {
    verb: 'delete_relation',
    path: ['member', 'remove'],
    about: 'end the membership of a user in a project',
    flags: [...memberFlags, ['--if-exists', 'succeed when there is no such membership']],
    run: end,
  },
];

async function create(context: Context, io: CommandIo, args: CommandArgs): Promise<void> {
  const title = await givenValue(io, args, 'name', 'Name:');
  const known = await projectIdOfTitle(context.db, title);
  if (known !== undefined && args['if-not-exists'] === true) {
    return report(io, args, 'Project exists already.', { id: known.id, title, created: false });
  }
  if (known !== undefined) throw new CommandRefusal('exists', `there is a project ${title} already`);
  const description = await descriptionOf(io, args);
  const project = await context.db.transaction((tx) => createProject(context, tx, { title, description }, null));
  report(io, args, 'Create project successfully.', { ...project, created: true });
}

/** The one value that may stay empty. */
async function descriptionOf(io: CommandIo, args: CommandArgs): Promise<string> {
  const given = args.description ?? io.env.GRANARY_DESCRIPTION;
  if (typeof given === 'string') return given;
  if (io.ask === undefined) throw new CommandRefusal('usage', '--description is required');
  return (await io.ask('Description: ')).trim();
}

async function remove(context: Context, io: CommandIo, args: CommandArgs): Promise<void> {
  const asked = args.name === undefined;
  const name = await givenValue(io, args, 'name', 'Project Name:');
  const project = await projectIdOfTitle(context.db, name);
  if (project === undefined) {
    if (args['if-exists'] === true) return report(io, args, 'There is no such project.', { name, deleted: false });
    throw noProject(name);
  }
  // Whoever has just typed the name has been asked.
  if (!(asked && io.ask !== undefined) && !(await confirmed(io, args, `Delete project ${name}?`))) {
    throw new CommandRefusal('cancelled', 'Delete project cancelled.');
  }
  await context.db.transaction((tx) => markProjectDeleted(tx, project.id));
  report(io, args, 'Delete project successfully.', { id: project.id, name, deleted: true });
}

async function add(context: Context, io: CommandIo, args: CommandArgs): Promise<void> {
  const role = readRole(args.role);
  const { userId, projectId, names } = await relation(context, io, args);
  await context.db
    .transaction((tx) => setMember(context, tx, { projectId, userId, role }, null))
    .catch((error: unknown) => {
      throw inCommand(error);
    });
  report(io, args, 'Create user-project relationship successfully.', { ...names, role });
}

async function end(context: Context, io: CommandIo, args: CommandArgs): Promise<void> {
  const { userId, projectId, names } = await relation(context, io, args);
  const removed = await context.db
    .transaction((tx) => removeMember(tx, projectId, userId))
    .catch((error: unknown) => {
      throw inCommand(error);
    });
  if (!removed && args['if-exists'] !== true) {
    throw new CommandRefusal('not_found', `${names.username} does not belong to ${names.project}`);
  }
  report(io, args, 'Delete user-project relationship successfully.', { ...names, deleted: removed });
}

async function relation(context: Context, io: CommandIo, args: CommandArgs) {
  const username = await givenValue(io, args, 'username', 'Username:');
  const name = await givenValue(io, args, 'project', 'Project Name:');
  const user = await findUsername(context.db, username);
  if (user === undefined) throw new CommandRefusal('not_found', `there is no user ${username}`);
  const project = await projectIdOfTitle(context.db, name);
  if (project === undefined) throw noProject(name);
  return { userId: user.id, projectId: project.id, names: { username, project: name } };
}

function readRole(value: string | boolean | undefined): ProjectRole {
  if (value === undefined) return 'editor';
  const role = projectRoles.find((name) => name === value);
  if (role === undefined) throw new CommandRefusal('usage', `--role must be one of ${projectRoles.join(', ')}`);
  return role;
}

const noProject = (name: string) => new CommandRefusal('not_found', `there is no project ${name}`);
const inCommand = (error: unknown) =>
  error instanceof AppError ? new CommandRefusal('failure', error.message) : error;
