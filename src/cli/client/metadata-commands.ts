import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { CommandError, exitCodes } from '../errors.ts';
import { group } from '../find-group.ts';
import type { Io } from '../io.ts';
import { jsonFlag, jsonText } from '../print-json.ts';
import { tableText } from '../print-table.ts';
import { type Connection, connect } from './connect.ts';
import { followRun, throwUnlessSucceeded } from './follow-run.ts';

type Row = Record<string, unknown>;
interface List {
  objects: Row[];
}

/** `granary indicator …` and `granary campaign …`: what is measured, and when. */
export function addMetadataCommands(program: Command, io: Io): void {
  const indicator = group(program, 'indicator', 'what is measured');
  addList(indicator, io, 'indicator', ['id', 'short_name', 'name', 'data_format', 'resource_name']);
  addImport(indicator, io, 'indicator');
  addCalculate(indicator, io);
  const campaign = group(program, 'campaign', 'named periods');
  addList(campaign, io, 'campaign', ['id', 'name', 'start_date', 'end_date']);
  addImport(campaign, io, 'campaign');
}

function addList(parent: Command, io: Io, name: string, columns: string[]): void {
  parent
    .command('list')
    .description(`list ${name}s`)
    .option('-n, --limit <count>', 'how many', '100')
    .addOption(jsonFlag())
    .action(async ({ limit, json }: { limit: string; json?: boolean }) => {
      const connection = await connect();
      const { objects } = await connection.json<List>('GET', `/api/v1/${name}`, { query: { limit } });
      io.out(json ? jsonText(objects) : tableText(objects, columns));
    });
}

const contentTypes: Record<string, string> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
};

function addImport(parent: Command, io: Io, name: string): void {
  parent
    .command('import <file>')
    .description(`${name}s from CSV or NDJSON; those that are known, by id or their key, are changed; all or nothing`)
    .option('--dry-run', 'check and count, keep nothing')
    .addOption(jsonFlag())
    .action(async (file: string, flags: { dryRun?: boolean; json?: boolean }) => {
      const type = contentTypes[path.extname(file).toLowerCase()];
      if (type === undefined) throw new CommandError(`${file} must end in .csv or .ndjson`, exitCodes.usage);
      if ((await stat(file).catch(() => undefined)) === undefined)
        throw new CommandError(`no such file: ${file}`, exitCodes.notFound);
      const connection = await connect();
      const answer = await connection.json<List>('PUT', `/api/v1/${name}`, {
        query: { dry_run: flags.dryRun },
        body: createReadStream(file),
        headers: { 'content-type': type, prefer: 'return=representation' },
      });
      if (flags.json) return io.out(jsonText(answer));
      const count = answer.objects.length;
      io.out(`${flags.dryRun ? 'dry run: ' : ''}${count} ${name}${count === 1 ? '' : 's'}\n`);
    });
}

interface Calculated {
  campaign_id: number;
  cells: number;
  changed: number;
  was_waiting: number;
}

function addCalculate(indicator: Command, io: Io): void {
  indicator
    .command('calculate')
    .description('work out calculated and rolled up values again; normally that changes nothing')
    .option('--campaign <ids>', 'of these campaigns, separated by commas; default: of all')
    .addOption(jsonFlag())
    .action(async ({ campaign, json }: { campaign?: string; json?: boolean }) => {
      const connection = await connect();
      const ids = campaign === undefined ? await everyCampaign(connection) : campaign.split(',').map((id) => id.trim());
      const done: Calculated[] = [];
      for (const id of ids) {
        const one = await calculate(connection, io, id);
        done.push(one);
        if (!json) io.out(`campaign ${one.campaign_id}: ${one.cells} cells, ${one.changed} changed\n`);
      }
      if (json) io.out(jsonText(done));
    });
}

async function everyCampaign(connection: Connection): Promise<string[]> {
  const query = { fields: 'id', order_by: 'id', format: 'ndjson' };
  const lines = (await (await connection.call('GET', '/api/v1/campaign', { query })).text()).split('\n');
  return lines.filter(Boolean).map((line) => String((JSON.parse(line) as { id: number }).id));
}

async function calculate(connection: Connection, io: Io, campaign: string): Promise<Calculated> {
  const { meta } = await connection.json<{ meta: { run: { id: string } } }>('POST', '/api/v1/agg_refresh', {
    json: { campaign_id: campaign },
    headers: { prefer: 'respond-async' },
  });
  const run = await followRun(connection, io, meta.run.id, { log: false });
  throwUnlessSucceeded(run);
  return run.summary as Calculated;
}
