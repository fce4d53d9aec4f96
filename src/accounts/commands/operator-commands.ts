import type { Context } from '../../platform/context.ts';
import { databaseName, dropAll, pendingMigrations } from '../../platform/db/index.ts';
import { migrationsFolder } from '../../platform/health.ts';
import { mailsInOutbox } from '../../platform/mail/index.ts';
import { migrateDatabase } from '../../platform/open-context.ts';
import { rotateSigningKey } from '../keys/key-ring.ts';
import {
  type AccountCommand,
  type CommandArgs,
  type CommandIo,
  CommandRefusal,
  outputFlags,
  report,
} from './command.ts';

/** What is done to the installation as a whole. */
export const operatorCommands: AccountCommand[] = [
  {
    verb: 'create_tables',
    path: ['db', 'migrate'],
    about: 'bring the database to this version',
    flags: [['--check', 'change nothing; fail when something is missing'], ...outputFlags],
    run: createTables,
  },
  {
    verb: 'drop_tables',
    path: ['db', 'drop'],
    about: 'delete all data',
    flags: [
      ['--yes', 'do not ask'],
      ['--confirm <database>', 'name of the database, in place of the question'],
      ...outputFlags,
    ],
    run: dropTables,
  },
  {
    verb: undefined,
    path: ['mail'],
    about: 'read the outbox, newest first',
    flags: [
      ['--limit <n>', 'how many; default 20'],
      ['--json', 'print one JSON object a line'],
    ],
    run: readMail,
  },
  {
    verb: undefined,
    path: ['key', 'rotate'],
    about: 'sign tokens with a new key; those of the old one stay good until they expire',
    flags: outputFlags,
    run: async (context, io, args) => {
      const kid = await rotateSigningKey(context);
      report(io, args, `New signing key ${kid}.`, { kid });
    },
  },
];

async function createTables(context: Context, io: CommandIo, args: CommandArgs): Promise<void> {
  if (args.check === true) {
    const missing = await pendingMigrations(context.db.pool, migrationsFolder);
    if (missing.length > 0) throw new CommandRefusal('failure', `missing: ${missing.join(', ')}`);
    return report(io, args, 'Nothing is missing.', { missing });
  }
  const applied = await migrateDatabase(context);
  report(io, args, 'Create database tables successfully.', { applied });
}

async function dropTables(context: Context, io: CommandIo, args: CommandArgs): Promise<void> {
  const name = await databaseName(context.db.pool);
  if (!(await mayDrop(io, args, name))) throw new CommandRefusal('cancelled', 'Drop database tables cancelled.');
  await dropAll(context.db.pool);
  report(io, args, 'Drop database tables successfully.', { database: name });
}

async function mayDrop(io: CommandIo, args: CommandArgs, name: string): Promise<boolean> {
  if (typeof args.confirm === 'string') {
    if (args.confirm !== name) throw new CommandRefusal('usage', `--confirm must name the database, ${name}`);
    return true;
  }
  if (args.yes === true) return true;
  if (io.ask === undefined) throw new CommandRefusal('usage', '--yes is required');
  const answer = await io.ask('Are you sure you want to lose all your data: [n] ');
  return /^(y|yes|true|1)$/i.test(answer.trim());
}

async function readMail(context: Context, io: CommandIo, args: CommandArgs): Promise<void> {
  const limit = Math.min(10_000, Math.max(1, Number(args.limit ?? 20) || 20));
  for (const mail of await mailsInOutbox(context, limit)) {
    if (args.json === true) {
      io.out(`${JSON.stringify(mail)}\n`);
      continue;
    }
    const state = mail.sentAt === null ? (mail.problem ?? 'not sent') : `sent ${mail.sentAt.toISOString()}`;
    io.out(
      `To: ${mail.to}\nSubject: ${mail.subject}\nDate: ${mail.createdAt.toISOString()} (${state})\n\n${mail.text ?? ''}\n`,
    );
  }
}
