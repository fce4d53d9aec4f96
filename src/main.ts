import { Command } from 'commander';
import { beginDatabase } from './begin-database.ts';
import {
  addClientCommands,
  CommandError,
  exitCodes,
  group,
  type Io,
  loadAdminCommands,
  processIo,
  runProgram,
} from './cli/index.ts';
import { type Config, readConfig, readEnv } from './platform/config/index.ts';
import { findEmbedded } from './platform/db/embed/index.ts';
import type { ServeParts } from './serve.ts';
import { version } from './version.ts';

/** These need nothing of the server's own code, so it is not loaded for them. */
const clientOnly = new Set(['login', 'logout', 'dataset', 'upload', 'rows', 'issues', 'runs', 'download', 'flow']);

/** These load it after they have set the database going. */
const servers = new Set(['serve', 'runserver', 'runprodserver', 'api', 'work']);

/** Every command and the function it calls. */
async function buildProgram(io: Io, argv: string[]): Promise<Command> {
  const program = new Command('granary')
    .version(version)
    .description('Numbers about places over time, every one traceable to the row of the file it came from.')
    .showHelpAfterError('(granary help shows every command)');

  serverCommand(program, 'serve', 'API, worker and, unless DATABASE_URL is set, the embedded database', {
    api: true,
    work: true,
  });
  serverCommand(
    program,
    'runserver',
    'the same as serve, on dmptool’s port 5000',
    { api: true, work: true },
    { host: '127.0.0.1', port: '5000' },
  );
  serverCommand(
    program,
    'runprodserver',
    'the same as serve, open to the network, on dmptool’s port 5000',
    { api: true, work: true },
    { host: '0.0.0.0', port: '5000' },
  );
  serverCommand(program, 'api', 'the API alone; other processes work', { api: true, work: false });
  program
    .command('work')
    .description('a worker alone; needs DATABASE_URL')
    .action(() => runServer(io, { api: false, work: true }, {}));
  program
    .command('migrate')
    .description('bring the database to this version')
    .action(async () => {
      const { migrateOnly } = await import('./serve.ts');
      const applied = await migrateOnly(readConfig(readEnv()));
      io.out(applied.length === 0 ? 'Nothing to do.\n' : `${applied.join('\n')}\n`);
    });
  group(program, 'db', 'the database')
    .command('url')
    .description('address of the database, for psql and pg_dump')
    .action(async () => {
      const config = readConfig(readEnv());
      const url = config.databaseUrl ?? (await findEmbedded(config.dataDir));
      if (url === undefined)
        throw new CommandError(`no database runs on ${config.dataDir}`, exitCodes.databaseUnreachable);
      io.out(`${url}\n`);
    });
  if (!clientOnly.has(argv[0] ?? '') && !servers.has(argv[0] ?? ''))
    (await loadAdminCommands()).addAdminCommands(program, io);
  addClientCommands(program, io);
  return program;
}

function serverCommand(
  program: Command,
  name: string,
  about: string,
  parts: ServeParts,
  defaults: ServerFlags = {},
): void {
  program
    .command(name)
    .description(about)
    .helpOption('--help', 'display help')
    .option('-h, --host <address>', 'address to listen on')
    .option('-p, --port <number>', 'port to listen on')
    .action((flags: ServerFlags) => runServer(processIo(), parts, { ...defaults, ...flags }));
}

interface ServerFlags {
  host?: string;
  port?: string;
}

/** Returns once everything is up; the open server keeps the process alive until it is told to stop. */
async function runServer(io: Io, parts: ServeParts, flags: ServerFlags): Promise<void> {
  const config = configWith(flags);
  const database = beginDatabase(config);
  const { serve } = await import('./serve.ts');
  const server = await serve(config, parts, database);
  io.out(server.address === undefined ? 'Granary works.\n' : `Granary listens on ${server.address}\n`);
  if (server.firstAdmin?.password !== undefined) {
    const { email, password } = server.firstAdmin;
    io.out(`First administrator: ${email}, password ${password} (shown this once)\n`);
  }
  const stop = () => {
    server.stop().then(
      () => process.exit(exitCodes.done),
      () => process.exit(exitCodes.failure),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function configWith(flags: ServerFlags): Config {
  const env = readEnv();
  return readConfig({
    ...env,
    GRANARY_HOST: flags.host ?? env.GRANARY_HOST,
    GRANARY_PORT: flags.port ?? env.GRANARY_PORT,
  });
}

const io = processIo();
const argv = process.argv.slice(2);
process.exitCode = await runProgram(await buildProgram(io, argv), io, argv);
