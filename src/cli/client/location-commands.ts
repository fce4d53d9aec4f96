import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CommandError, exitCodes } from '../errors.ts';
import { group } from '../find-group.ts';
import type { Io } from '../io.ts';
import { jsonFlag, jsonText } from '../print-json.ts';
import { tableText } from '../print-table.ts';
import { type Connection, connect } from './connect.ts';

interface ImportAnswer {
  meta: Record<string, unknown> & { dry_run: boolean; not_found?: string[]; encoding?: string };
  issues: Record<string, unknown>[];
}

interface ImportFlags {
  dryRun?: boolean;
  json?: boolean;
}

/** `granary location …`: places, their tree and their shapes. */
export function addLocationCommands(program: Command, io: Io): void {
  const location = group(program, 'location', 'places you can see');
  location
    .command('list')
    .description('list places')
    .option('--below <id>', 'start at this place')
    .option('--depth <steps>', 'exactly so many steps below it')
    .option('--type <name>', 'of this type, at whatever distance')
    .option('-n, --limit <count>', 'how many', '100')
    .addOption(jsonFlag())
    .action(async (flags: Record<string, string | undefined> & { json?: boolean }) => {
      const connection = await connect();
      const { below, depth, type, limit } = flags;
      const query = { location_id: below, location_depth: depth, location_type: type, limit };
      const { objects } = await connection.json<{ objects: Record<string, unknown>[] }>('GET', '/api/v1/location', {
        query,
      });
      const columns = ['id', 'location_code', 'name', 'location_type__name', 'parent_location_id'];
      io.out(flags.json ? jsonText(objects) : tableText(objects, columns));
    });
  importCommand(location, io, 'import', 'a tree of places from CSV, by location_code', '/api/v1/location/import');
  importCommand(
    location,
    io,
    'import-shapes',
    'shapes from GeoJSON, or lines location_code|geo_json',
    '/api/v1/geo/import',
  );
}

function importCommand(parent: Command, io: Io, name: string, about: string, url: string): void {
  parent
    .command(`${name} <file>`)
    .description(`${about}; every fault is listed, and then nothing is imported`)
    .option('--dry-run', 'check and count, keep nothing')
    .addOption(jsonFlag())
    .action(async (file: string, flags: ImportFlags) => {
      const connection = await connect();
      const answer = await importFile(connection, io, url, file, flags);
      if (flags.json) return io.out(jsonText(answer));
      const { dry_run: isDry, not_found: notFound = [], encoding, ...counts } = answer.meta;
      const told = Object.entries(counts).map(
        ([what, count]) => `${count} ${what.replace('total_count', 'in the file')}`,
      );
      io.out(`${isDry ? 'dry run: ' : ''}${told.join(', ').replaceAll('_', ' ')}\n`);
      if (encoding !== undefined) io.out(`not UTF-8: read as ${encoding}\n`);
      if (notFound.length > 0) io.out(`codes not found: ${notFound.join(', ')}\n`);
    });
}

/** Checked first, because a check tells all faults of the file; what is sent then is the same bytes. */
async function importFile(
  connection: Connection,
  io: Io,
  url: string,
  file: string,
  flags: ImportFlags,
): Promise<ImportAnswer> {
  const body = await readFile(file).catch(() => {
    throw new CommandError(`no such file: ${file}`, exitCodes.notFound);
  });
  const send = (dry_run: boolean) =>
    connection.json<ImportAnswer>('POST', url, { query: { dry_run }, body, headers: { 'content-type': 'text/plain' } });
  const checked = await send(true);
  if (checked.issues.length > 0) {
    io.err(tableText(checked.issues, ['row', 'column', 'code', 'message']));
    throw new CommandError(`${checked.issues.length} faults in ${file}; nothing was imported`);
  }
  return flags.dryRun ? checked : await send(false);
}
