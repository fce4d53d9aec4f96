import type { Command } from 'commander';
import { CommandError, exitCodes } from '../errors.ts';
import { group } from '../find-group.ts';
import type { Io } from '../io.ts';
import { jsonFlag, jsonText } from '../print-json.ts';
import { printRows } from '../print-rows.ts';
import { type Connection, connect } from './connect.ts';
import { followRun, throwUnlessSucceeded } from './follow-run.ts';

type Row = Record<string, unknown>;
interface Flags {
  json?: boolean;
}

/** `granary connection …` and `granary pull …`: other systems, and what is read from them again and again. */
export function addConnectionCommands(program: Command, io: Io): void {
  const connections = group(program, 'connection', 'other systems that data is read from');
  connections
    .command('list')
    .description('those that you manage')
    .addOption(jsonFlag())
    .action(async (flags: Flags) => {
      printRows(io, flags, await all(await connect(), 'connection'), ['id', 'name', 'type', 'usable_by', 'project_id']);
    });
  connections
    .command('test <connection>')
    .description('connect, by id or name, and say what answers')
    .addOption(jsonFlag())
    .action(async (text: string, flags: Flags) => {
      const connection = await connect();
      const id = await idOf(connection, 'connection', text);
      const found = await connection.json<Tried>('POST', `/api/v1/connection/${id}/test`);
      if (flags.json) io.out(jsonText(found));
      else if (found.ok) io.out(`${found.server ?? 'it answers'}, ${found.latency_ms} ms\n`);
      if (!found.ok) throw new CommandError(found.error ?? 'it does not answer');
    });
  connections
    .command('discover <connection>')
    .description('tables or forms there')
    .addOption(jsonFlag())
    .action(async (text: string, flags: Flags) => {
      const connection = await connect();
      const id = await idOf(connection, 'connection', text);
      const { objects } = await connection.json<{ objects: Found[] }>('POST', `/api/v1/connection/${id}/discover`);
      const rows = objects.map((one) => ({ ...one, columns: one.columns.map(({ name }) => name).join(', ') }));
      printRows(io, flags, flags.json ? (objects as unknown as Row[]) : rows, ['name', 'columns']);
    });
  connections
    .command('preview <connection> <query>')
    .description('the first rows of a query; nothing is stored')
    .addOption(jsonFlag())
    .action(async (text: string, query: string, flags: Flags) => {
      const connection = await connect();
      const id = await idOf(connection, 'connection', text);
      const { rows } = await connection.json<{ rows: Row[] }>('POST', `/api/v1/connection/${id}/preview`, {
        json: { query },
      });
      printRows(io, flags, rows, [...new Set(rows.flatMap(Object.keys))]);
    });

  const pulls = group(program, 'pull', 'queries of connections that feed datasets');
  pulls
    .command('list')
    .description('those that you may run')
    .addOption(jsonFlag())
    .action(async (flags: Flags) => {
      printRows(io, flags, await all(await connect(), 'pull'), [
        'id',
        'name',
        'connection',
        'query',
        'dataset',
        'mode',
      ]);
    });
  pulls
    .command('run <pull>')
    .description('pull what is new, by id or name, and wait for it')
    .addOption(jsonFlag())
    .action(async (text: string, flags: Flags) => {
      const connection = await connect();
      const id = await idOf(connection, 'pull', text);
      const { run } = await connection.json<{ run: { id: string } }>('POST', `/api/v1/pull/${id}/run`);
      const ended = await followRun(connection, io, run.id, { log: false });
      if (flags.json) io.out(jsonText(ended));
      throwUnlessSucceeded(ended);
      const { rows_read: rows, revision } = ended.summary as { rows_read: number; revision: number | null };
      if (!flags.json) io.out(`${rows} rows read${revision === null ? '' : `, revision ${revision}`}\n`);
    });
}

interface Tried {
  ok: boolean;
  latency_ms?: number;
  server?: string;
  error?: string;
}

interface Found {
  name: string;
  columns: { name: string }[];
}

const all = async (connection: Connection, resource: 'connection' | 'pull'): Promise<Row[]> =>
  (await connection.json<{ objects: Row[] }>('GET', `/api/v1/${resource}`, { query: { limit: '1000' } })).objects;

/** Names are unique in a project only: of several, the id must say which. */
async function idOf(connection: Connection, resource: 'connection' | 'pull', text: string): Promise<string> {
  const found = (await all(connection, resource)).filter(({ id, name }) => String(id) === text || name === text);
  if (found.length > 1) throw new CommandError(`${text} is the name of several; say which by id`, exitCodes.usage);
  if (found[0] === undefined) throw new CommandError(`no ${resource} '${text}'`, exitCodes.notFound);
  return encodeURIComponent(String(found[0].id));
}
