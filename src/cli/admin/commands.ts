import type { Command } from 'commander';
import { type AccountCommand, accountCommands, CommandRefusal } from '../../accounts/index.ts';
import { readEnv } from '../../platform/config/index.ts';
import { migrateDatabase } from '../../platform/open-context.ts';
import { CommandError, exitCodes } from '../errors.ts';
import { group } from '../find-group.ts';
import { ask, type Io, readStdin } from '../io.ts';
import { addAuditCommand } from './audit-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { withInstallation } from './open-installation.ts';

const groupsAbout: Record<string, string> = {
  user: 'people',
  project: 'projects',
  member: 'who belongs to a project',
  db: 'the database',
  key: 'signing keys',
};
const codes = {
  usage: exitCodes.usage,
  not_found: exitCodes.notFound,
  exists: exitCodes.exists,
  cancelled: exitCodes.cancelled,
  failure: exitCodes.failure,
};

/**
 * Administration on this host, in process, without a server: each command under its grouped form and, word for word,
 * under the verb that dmptool's scripts know.
 */
export function addAdminCommands(program: Command, io: Io): void {
  for (const command of accountCommands) {
    const parents = command.path.slice(0, -1);
    const parent = parents.reduce((above, name) => group(above, name, groupsAbout[name] ?? name), program);
    add(parent, command.path.at(-1)!, command, io);
    if (command.verb !== undefined) add(program, command.verb, command, io);
  }
  addDoctorCommand(program, io);
  addAuditCommand(program, io);
}

function add(parent: Command, name: string, command: AccountCommand, io: Io): void {
  const made = parent.command(name).description(command.about);
  for (const [flag, about] of command.flags) made.option(flag, about);
  made.action(async () => {
    const args = Object.fromEntries(
      Object.entries(made.opts<Record<string, string | boolean>>()).map(([key, value]) => [dashed(key), value]),
    );
    try {
      await withInstallation(async (context) => {
        if (command.path[0] !== 'db') await migrateDatabase(context);
        await command.run(context, commandIo(io), args);
      });
    } catch (error) {
      throw error instanceof CommandRefusal ? new CommandError(error.message, codes[error.kind]) : error;
    }
  });
}

function commandIo(io: Io) {
  return {
    out: io.out,
    ask: io.interactive ? (question: string, options?: { hidden?: boolean }) => ask(io, question, options) : undefined,
    readStdin: () => readStdin(io),
    env: readEnv(),
  };
}

/** Commander gives `passwordStdin`; the commands know their flags as they are written. */
const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
