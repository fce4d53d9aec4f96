import { Command } from 'commander';
import { version } from './app.ts';
import { type Config, readConfig, readEnv } from './platform/config/index.ts';
import { serve } from './serve.ts';

const program = new Command('granary')
  .version(version)
  .description('Self-hosted data platform for numbers about places over time.');

program
  .command('serve')
  .description('API, worker and, unless DATABASE_URL is set, the embedded database, in one process')
  .option('-h, --host <address>', 'address to listen on')
  .option('-p, --port <number>', 'port to listen on')
  .helpOption('--help')
  .action((flags) => runServer({ api: true, work: true }, flags));
program
  .command('api')
  .description('the API alone; other processes work')
  .option('-h, --host <address>', 'address to listen on')
  .option('-p, --port <number>', 'port to listen on')
  .helpOption('--help')
  .action((flags) => runServer({ api: true, work: false }, flags));
program
  .command('work')
  .description('a worker alone')
  .action(() => runServer({ api: false, work: true }, {}));

async function runServer(
  parts: { api: boolean; work: boolean },
  flags: { host?: string; port?: string },
): Promise<void> {
  const server = await serve(configWith(flags), parts);
  if (server.address !== undefined) process.stdout.write(`Granary listens on ${server.address}\n`);
  const stop = () => {
    server.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function configWith(flags: { host?: string; port?: string }): Config {
  const env = readEnv();
  return readConfig({
    ...env,
    GRANARY_HOST: flags.host ?? env.GRANARY_HOST,
    GRANARY_PORT: flags.port ?? env.GRANARY_PORT,
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`granary: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
