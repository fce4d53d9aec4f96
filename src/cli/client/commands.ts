import { type Command, Option } from 'commander';
import { group } from '../find-group.ts';
import type { Io } from '../io.ts';
import { jsonFlag, jsonText } from '../print-json.ts';
import { printRows } from '../print-rows.ts';
import { tableText } from '../print-table.ts';
import { type Connection, connect } from './connect.ts';
import { addConnectionCommands } from './connection-commands.ts';
import { addDocumentCommands } from './document-commands.ts';
import { findDataset, projectId } from './find-dataset.ts';
import { addFlowCommands } from './flow-commands.ts';
import { followRun, type RunState, throwUnlessSucceeded } from './follow-run.ts';
import { findLogin } from './keep-login.ts';
import { addLocationCommands } from './location-commands.ts';
import { type LoginFlags, logIn, logOut } from './log-in.ts';
import { addMetadataCommands } from './metadata-commands.ts';
import { pipeOut, saveDownload } from './save-download.ts';
import { type UploadAnswer, type UploadFlags, uploadFile } from './upload-file.ts';
import { addValueCommands } from './value-commands.ts';

interface List {
  objects: Record<string, unknown>[];
}

/** Commands that talk to a server over its public API, as the person `granary login` named. */
export function addClientCommands(program: Command, io: Io): void {
  program
    .command('login')
    .description('sign in to a server and keep the session')
    .option('--url <address>', 'the server', 'http://127.0.0.1:4680')
    .option('--email <address>', 'who you are')
    .option('--password-stdin', 'read the password from standard input')
    .option('--token-stdin', 'read a personal access token from standard input')
    .action(async (flags: LoginFlags) => {
      const { url, username } = await logIn(io, flags);
      io.out(`Logged in to ${url} as ${username}.\n`);
    });
  program
    .command('logout')
    .description('end the session')
    .action(async () => {
      await logOut(await findLogin());
      io.out('Logged out.\n');
    });

  const project = group(program, 'project', 'projects you can see');
  list(project, io, '/api/v1/project', ['slug', 'title', 'status', 'id']);

  const dataset = group(program, 'dataset', 'datasets you can see');
  dataset
    .command('list')
    .description('list datasets')
    .option('-p, --project <slug or id>', 'of one project')
    .addOption(jsonFlag())
    .action(async (flags: { project?: string; json?: boolean }) => {
      const connection = await connect();
      const query = flags.project === undefined ? {} : { project_id: await projectId(connection, flags.project) };
      const answer = await connection.json<List>('GET', '/api/v1/dataset', { query });
      printRows(io, flags, answer.objects, ['name', 'title', 'latest_revision', 'updated_at', 'id']);
    });
  dataset
    .command('show <dataset>')
    .description('one dataset and its revisions')
    .addOption(jsonFlag())
    .action(async (text: string, flags: { json?: boolean }) => {
      const connection = await connect();
      const found = await findDataset(connection, text);
      const revisions = await connection.json<List>('GET', '/api/v1/revision', {
        query: { dataset_id: found.id, order_by: '-n' },
      });
      if (flags.json) return io.out(`${JSON.stringify({ ...found, revisions: revisions.objects }, null, 2)}\n`);
      io.out(`${found.name}  ${found.id}\n\n`);
      io.out(tableText(revisions.objects, ['n', 'kind', 'rows', 'version', 'created_at']));
    });

  program
    .command('upload <file>')
    .description('send a file into a dataset and follow it until it is checked and published')
    .requiredOption('-p, --project <slug or id>', 'the project')
    .option('-d, --dataset <name>', 'the dataset; default: the name of the file')
    .addOption(
      new Option('--mode <mode>', 'what happens to the rows already there').choices(['append', 'upsert', 'replace']),
    )
    .option('--key <columns>', 'comma-separated key columns')
    .addOption(
      new Option('--on-error <what>', 'what happens to rows with errors').choices([
        'reject',
        'quarantine',
        'skip',
        'null',
      ]),
    )
    .option('--max-errors <count or percent>', 'stop early above so many')
    .addOption(new Option('--on-duplicate <what>', 'same content again').choices(['warn', 'skip', 'reject']))
    .option('--recipe <json>', 'cleaning steps')
    .option('--schema <json>', 'Table Schema to check against')
    .option('--delimiter <character>', 'instead of the sniffed one')
    .option('--encoding <name>', 'instead of the detected one')
    .option('--sheet <name or number>', 'of a spreadsheet')
    .option('--note <text>', 'kept with the upload')
    .option('--dry-run', 'check and show, keep nothing')
    .option('--no-wait', 'do not follow the run')
    .addOption(jsonFlag())
    .action(async (file: string, flags: UploadFlags & { json?: boolean }) => {
      const connection = await connect();
      const answer = await uploadFile(connection, io, file, flags);
      if (flags.json) io.out(jsonText(answer));
      else printUpload(io, answer);
    });

  program
    .command('rows <dataset>')
    .description('rows of a dataset')
    .option('-f, --filter <expression>', 'such as "year >= 2000 and country = \'Kenya\'"')
    .option('--fields <names>', 'comma-separated; -name leaves one out')
    .option('--sort <names>', 'comma-separated; -name for descending')
    .option('-n, --limit <count>', 'how many', '20')
    .option('--revision <number>', 'an older one')
    .addOption(jsonFlag())
    .action(async (text: string, flags: Record<string, string> & { json?: boolean }) => {
      const connection = await connect();
      const found = await findDataset(connection, text);
      const { filter, fields, sort, limit } = flags;
      const at = flags.revision === undefined ? '' : `/revision/${flags.revision}`;
      const answer = await connection.json<{ items: Record<string, unknown>[] }>(
        'GET',
        `/api/v1/dataset/${found.id}${at}/data.json`,
        {
          query: { filter, fields, sort, limit },
        },
      );
      if (flags.json) return io.out(`${JSON.stringify(answer.items, null, 2)}\n`);
      io.out(tableText(answer.items, Object.keys(answer.items[0] ?? {})));
    });

  program
    .command('issues <upload>')
    .description('what was found wrong in an upload')
    .option('--code <code>', 'one kind')
    .option('--column <name>', 'one column')
    .option('--summary', 'counts by kind and column')
    .option('-n, --limit <count>', 'how many', '50')
    .addOption(jsonFlag())
    .action(
      async (
        id: string,
        flags: { code?: string; column?: string; summary?: boolean; limit: string; json?: boolean },
      ) => {
        const connection = await connect();
        if (flags.summary) {
          const { summary } = await connection.json<{ summary: Record<string, unknown>[] }>(
            'GET',
            `/api/v1/upload/${id}/issues/summary`,
          );
          return printRows(io, flags, summary, ['severity', 'code', 'column', 'count']);
        }
        const query = { code: flags.code, column: flags.column, limit: flags.limit };
        const answer = await connection.call('GET', `/api/v1/upload/${id}/issues.ndjson`, { query });
        const issues = (await answer.text())
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        printRows(io, flags, issues, ['row', 'line', 'column', 'code', 'value', 'message']);
      },
    );

  addLocationCommands(program, io);
  addMetadataCommands(program, io);
  addValueCommands(program, io);
  addFlowCommands(program, io);
  addDocumentCommands(program, io);
  addConnectionCommands(program, io);

  const runs = group(program, 'runs', 'work in progress and done');
  list(runs, io, '/api/v1/run', ['id', 'kind', 'state', 'progress', 'queued_at'], {
    order_by: '-queued_at',
    limit: '20',
  });
  runs
    .command('follow <run>')
    .description('show the log of a run until it ends')
    .addOption(jsonFlag())
    .action(async (id: string, flags: { json?: boolean }) => {
      const connection = await connect();
      const run = await followRun(connection, io, id, { log: true });
      if (flags.json) io.out(jsonText(run));
      else io.out(`${run.state}${run.error ? `: ${run.error.message}` : ''}\n`);
      throwUnlessSucceeded(run);
    });
  runs
    .command('cancel <run>')
    .description('stop a run')
    .action(async (id: string) => {
      const connection = await connect();
      await connection.call('POST', `/api/v1/run/${id}/cancel`);
      io.out('Cancellation requested.\n');
    });
  runs
    .command('retry <run>')
    .description('do a failed or cancelled run again')
    .action(async (id: string) => {
      const connection = await connect();
      const run = await connection.json<RunState>('POST', `/api/v1/run/${id}/retry`);
      io.out(`${run.id}\n`);
    });

  program
    .command('download <dataset>')
    .description('save rows of a dataset as a file')
    .option('-o, --output <file>', 'file to write; - for standard output; default: <dataset>.<format>')
    .addOption(
      new Option('--format <format>', 'kind of file')
        .choices(['csv', 'json', 'ndjson', 'parquet', 'xlsx', 'zip'])
        .default('csv'),
    )
    .option('-f, --filter <expression>', 'which rows')
    .option('--fields <names>', 'which columns')
    .option('--sort <names>', 'in which order')
    .option('--revision <number>', 'an older one')
    .action(async (text: string, flags: Record<string, string | undefined>) => {
      const connection = await connect();
      const found = await findDataset(connection, text);
      const { filter, fields, sort, format } = flags;
      const answer = await connection.call('GET', dataPath(found.id, flags), { query: { filter, fields, sort } });
      const file = flags.output ?? `${found.name}.${format}`;
      if (file === '-') return pipeOut(answer, io);
      const bytes = await saveDownload(io, answer, file);
      io.out(`${file}  ${bytes} bytes\n`);
    });
}

function dataPath(id: string, flags: { revision?: string; format?: string }): string {
  const at = flags.revision === undefined ? '' : `/revision/${flags.revision}`;
  return `/api/v1/dataset/${id}${at}/data.${flags.format}`;
}

function list(parent: Command, io: Io, path: string, columns: string[], query: Record<string, string> = {}): void {
  parent
    .command('list')
    .description('list them')
    .addOption(jsonFlag())
    .action(async (flags: { json?: boolean }) => {
      const connection: Connection = await connect();
      const answer = await connection.json<List>('GET', path, { query });
      printRows(io, flags, answer.objects, columns);
    });
}

function printUpload(io: Io, answer: UploadAnswer): void {
  const rows = Object.entries(answer.rows ?? {}).map(([name, count]) => `${count} ${name}`);
  io.out(`${answer.dataset.name} revision ${answer.revision ?? '–'}: ${rows.join(', ')}\n`);
  if (answer.issues !== null && answer.issues.errors + answer.issues.warnings > 0) {
    io.out(`${answer.issues.errors} errors, ${answer.issues.warnings} warnings: granary issues ${answer.id}\n`);
  }
  if (answer.duplicate_of !== null) io.out(`same content as upload ${answer.duplicate_of}\n`);
}
