import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { parseNamed } from '../../platform/parse-document.ts';
import { CommandError, exitCodes } from '../errors.ts';
import { group } from '../find-group.ts';
import type { Io } from '../io.ts';
import { jsonFlag, jsonText } from '../print-json.ts';
import { tableText } from '../print-table.ts';
import { type Connection, connect } from './connect.ts';

interface UploadAnswer {
  success: boolean;
  dataset_id: string | null;
  flow_id: string | null;
  errors: string[];
  plan?: { pipelines: { id: string; title: string }[]; warnings: string[] };
}

interface Status {
  id: string;
  state: string;
  modified: string;
  error_log: string[];
  logs: string[] | null;
  pipelines: Record<string, { title: string; status: string; error_log: string[]; stats: Record<string, unknown> }>;
}

interface History {
  id: string;
  schedule: string | null;
  scheduled_for: string | null;
  paused: boolean;
  latest: number;
  successful: number | null;
}

const json = (io: Io, value: unknown) => io.out(jsonText(value));

/** `granary flow …`: what `/source/*` offers, for people and scripts. */
export function addFlowCommands(program: Command, io: Io): void {
  const flow = group(program, 'flow', 'flow specs and their revisions');

  flow
    .command('validate <file>')
    .description('all checks of an upload and the plan; nothing is written')
    .addOption(jsonFlag())
    .action(async (file: string, flags: { json?: boolean }) => {
      const answer = await send(await connect(), file, true);
      if (flags.json) json(io, answer);
      refuse(answer);
      if (flags.json) return;
      const { pipelines = [], warnings = [] } = answer.plan ?? {};
      for (const warning of warnings) io.out(`warning: ${warning}\n`);
      io.out(tableText(pipelines, ['title', 'id']));
    });

  flow
    .command('push <file>')
    .description('send a spec; it becomes a revision, which is followed to its end')
    .option('--no-wait', 'do not follow it')
    .addOption(jsonFlag())
    .action(async (file: string, flags: { wait: boolean; json?: boolean }) => {
      const connection = await connect();
      const answer = await send(connection, file, false);
      if (answer.flow_id === null || !flags.wait) {
        if (flags.json) json(io, answer);
        else if (answer.flow_id !== null) io.out(`${answer.flow_id}\n`);
        return refuse(answer);
      }
      refuse(answer);
      const status = await follow(connection, answer.flow_id, flags.json ? () => {} : (line) => io.out(`${line}\n`));
      if (flags.json) json(io, status);
      if (status.state === 'FAILED') throw new CommandError(`${status.id} failed: ${status.error_log.join('; ')}`);
      return undefined;
    });

  flow
    .command('status <flow>')
    .description('owner/dataset[/revision]; without a revision the latest')
    .addOption(jsonFlag())
    .action(async (flow: string, flags: { json?: boolean }) => {
      const connection = await connect();
      const status = await statusOf(connection, flow);
      if (flags.json) return json(io, status);
      io.out(`${status.id}  ${status.state}  ${status.modified}\n${await queueLine(connection, status)}\n`);
      const rows = Object.values(status.pipelines).map(({ title, status: state, stats, error_log: errors }) => ({
        title,
        state,
        rows: stats.count_of_rows ?? '',
        error: errors.at(-1) ?? '',
      }));
      io.out(tableText(rows, ['title', 'state', 'rows', 'error']));
    });

  flow
    .command('logs <flow>')
    .description('what was said while it ran')
    .action(async (flow: string) => {
      const { logs, error_log: errors } = await statusOf(await connect(), flow);
      for (const line of logs ?? []) io.out(`${line}\n`);
      for (const line of errors) io.err(`${line}\n`);
    });

  flow
    .command('schedule <dataset>')
    .description('when owner/dataset runs next')
    .addOption(jsonFlag())
    .action(async (dataset: string, flags: { json?: boolean }) => {
      const found = await (await connect()).json<History>('GET', addressOf(dataset, 2));
      const { id, schedule, scheduled_for, paused, latest, successful } = found;
      if (flags.json) return json(io, { id, schedule, scheduled_for, paused, latest, successful });
      if (schedule === null) io.out('No schedule.\n');
      else io.out(`${schedule}, ${paused ? 'paused' : `next at ${scheduled_for ?? 'never'}`}\n`);
    });
}

async function send(connection: Connection, file: string, dryRun: boolean): Promise<UploadAnswer> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandError(`cannot read ${file}`, exitCodes.notFound);
  });
  let spec: unknown;
  try {
    spec = parseNamed(file, text);
  } catch (error) {
    const what = /\.ya?ml$/i.test(file) ? 'YAML' : 'JSON';
    throw new CommandError(`${file} is not ${what}: ${(error as Error).message}`);
  }
  return connection.json('POST', '/source/upload', { json: spec, query: dryRun ? { dry_run: true } : {} });
}

function refuse({ success, errors }: UploadAnswer): void {
  if (!success) throw new CommandError(errors.join('\n'));
}

function addressOf(given: string, parts: 2 | 3): string {
  const words = given.split('/');
  if (words.length === 2 && parts === 3) words.push('latest');
  if (words.length !== parts || words.includes(''))
    throw new CommandError(`${given} is not ${parts === 2 ? 'owner/dataset' : 'owner/dataset[/revision]'}`);
  return `/source/${words.map(encodeURIComponent).join('/')}`;
}

const statusOf = (connection: Connection, flow: string): Promise<Status> => connection.json('GET', addressOf(flow, 3));

/** Where a waiting revision stands, which its status has no key for. */
async function queueLine(connection: Connection, { id, state }: Status): Promise<string> {
  if (state !== 'QUEUED') return '';
  const [owner, dataset, n] = id.split('/');
  const address = `${addressOf(`${owner}/${dataset}`, 2)}?before=${Number(n) + 1}&limit=1`;
  const { revisions } = await connection.json<{ revisions: { queue: Queue | null }[] }>('GET', address);
  const queue = revisions[0]?.queue;
  return queue === undefined || queue === null
    ? ''
    : `Place ${queue.position} of ${queue.of} in the queue (${queue.size})\n`;
}

interface Queue {
  position: number;
  of: number;
  size: string;
}

const ended = (state: string) => state === 'SUCCEEDED' || state === 'FAILED';

/** Prints each pipeline as it ends; asks once a second. */
async function follow(connection: Connection, flow: string, say: (line: string) => void): Promise<Status> {
  const told = new Set<string>();
  for (;;) {
    const status = await statusOf(connection, flow);
    for (const [id, pipeline] of Object.entries(status.pipelines)) {
      if (told.has(id) || !ended(pipeline.status)) continue;
      told.add(id);
      say(
        `${pipeline.status}  ${pipeline.title}  ${id}${pipeline.error_log.length > 0 ? `\n  ${pipeline.error_log.join('\n  ')}` : ''}`,
      );
    }
    if (ended(status.state)) return status;
    await delay(1000);
  }
}
