import { type Command, Option } from 'commander';
import { group } from '../find-group.ts';
import type { Io } from '../io.ts';
import { tableText } from '../print-table.ts';
import { connect } from './connect.ts';

type Row = Record<string, unknown>;
interface List {
  objects: Row[];
}
type Flags = Record<string, string | undefined> & { json?: boolean };

const asJson = () => new Option('--json', 'print the answer as JSON');
const jsonText = (what: unknown) => `${JSON.stringify(what, null, 2)}\n`;

/** `granary indicator|campaign list` and `granary value …`: what is measured, when, and the numbers. */
export function addValueCommands(program: Command, io: Io): void {
  listCommand(program, io, 'indicator', 'what is measured', [
    'id',
    'short_name',
    'name',
    'data_format',
    'resource_name',
  ]);
  listCommand(program, io, 'campaign', 'named periods', ['id', 'name', 'start_date', 'end_date']);
  const value = group(program, 'value', 'values of indicators at places');
  addList(value, io);
  addSet(value, io);
  addWhy(value, io);
}

function listCommand(program: Command, io: Io, name: string, about: string, columns: string[]): void {
  group(program, name, about)
    .command('list')
    .description(`list ${name}s`)
    .option('-n, --limit <count>', 'how many', '100')
    .addOption(asJson())
    .action(async ({ limit, json }: Flags) => {
      const connection = await connect();
      const { objects } = await connection.json<List>('GET', `/api/v1/${name}`, { query: { limit } });
      io.out(json ? jsonText(objects) : tableText(objects, columns));
    });
}

function addList(value: Command, io: Io): void {
  value
    .command('list')
    .description('list values: stored, calculated, or rolled up')
    .requiredOption('--indicator <ids>', 'ids of indicators, separated by commas')
    .option('--location <ids>', 'ids of places')
    .option('--campaign <ids>', 'ids of campaigns')
    .option('--from <day>', 'first day')
    .option('--to <day>', 'last day')
    .option('--group-by <period>', 'year, quarter, month, week, day, campaign, all_time')
    .option('-n, --limit <count>', 'how many', '100')
    .option('--csv', 'print CSV')
    .addOption(asJson())
    .action(async (flags: Flags & { csv?: boolean }) => {
      const connection = await connect();
      const query = {
        indicator__in: flags.indicator,
        location_id__in: flags.location,
        campaign__in: flags.campaign,
        start_date: flags.from,
        end_date: flags.to,
        group_by_time: flags.groupBy,
        limit: flags.limit,
      };
      if (flags.csv) {
        const answer = await connection.call('GET', '/api/v1/datapoint', { query: { ...query, format: 'csv' } });
        return io.out(await answer.text());
      }
      const { objects } = await connection.json<List>('GET', '/api/v1/datapoint', { query });
      const columns = ['indicator_id', 'location_id', 'campaign_id', 'data_date', 'time_grouping', 'value', 'flags'];
      const filled = columns.filter((name) => objects.some((row) => row[name] != null));
      io.out(flags.json ? jsonText(objects) : tableText(objects, filled));
    });
}

interface Coordinates {
  indicator: string;
  location: string;
  campaign?: string;
  date?: string;
  json?: boolean;
}

function atCell(command: Command): Command {
  return command
    .requiredOption('--indicator <id>', 'id of the indicator')
    .requiredOption('--location <id>', 'id of the place')
    .option('--campaign <id>', 'id of the campaign')
    .option('--date <day>', 'day, where the indicator is collected per day')
    .addOption(asJson());
}

function addSet(value: Command, io: Io): void {
  atCell(value.command('set <value>').description('enter a value; `null` clears the cell'))
    .option('--note <text>', 'what there is to say of it')
    .option('--confirm-warnings', 'store it although it is unusual')
    .action(async (text: string, flags: Coordinates & { note?: string; confirmWarnings?: boolean }) => {
      const connection = await connect();
      const resource = flags.date === undefined ? 'campaign_datapoint' : 'date_datapoint';
      const number = text.trim() === '' ? Number.NaN : Number(text);
      const cell = {
        indicator_id: Number(flags.indicator),
        location_id: Number(flags.location),
        ...(flags.date === undefined ? { campaign_id: Number(flags.campaign) } : { data_date: flags.date }),
        // What is neither number nor null the server refuses, in its own words.
        value: text === 'null' ? null : Number.isNaN(number) ? text : number,
        ...(flags.note === undefined ? {} : { note: flags.note }),
        ...(flags.confirmWarnings ? { confirm_warnings: true } : {}),
      };
      const { objects } = await connection.json<List>('PUT', `/api/v1/${resource}`, { json: { objects: [cell] } });
      io.out(flags.json ? jsonText(objects[0]) : `${shown(objects[0]?.value)}\n`);
    });
}

interface Lineage extends Row {
  inputs?: Lineage[];
}

function addWhy(value: Command, io: Io): void {
  atCell(value.command('why').description('where a value comes from, down to entries and rows of files'))
    .option('--depth <steps>', 'steps of inputs', '2')
    .action(async ({ indicator, location, campaign, date, depth, json }: Coordinates & { depth: string }) => {
      const connection = await connect();
      const query = { indicator_id: indicator, location_id: location, campaign_id: campaign, data_date: date, depth };
      const lineage = await connection.json<Lineage>('GET', '/api/v1/datapoint/lineage', { query });
      io.out(json ? jsonText(lineage) : `${treeOf(lineage).join('\n')}\n`);
    });
}

/** A line a value, its inputs below it, further in. */
function treeOf(lineage: Lineage): string[] {
  const below = (lineage.inputs ?? []).map(treeOf);
  const lines = below.flatMap((input, n) => {
    const isLast = n === below.length - 1;
    return input.map((line, at) => `${at === 0 ? (isLast ? '└─ ' : '├─ ') : isLast ? '   ' : '│  '}${line}`);
  });
  return [lineOf(lineage), ...lines];
}

function lineOf({ indicator, location, value, kind, formula, operator, source, entry, inputs, inputs_total }: Lineage) {
  const from = source as Row | undefined;
  const by = entry as Row | undefined;
  const more = typeof inputs_total === 'number' ? inputs_total - (inputs?.length ?? 0) : 0;
  return [
    `${shown(indicator)} at ${shown(location)}: ${shown(value)}`,
    `(${[kind, formula ?? operator].filter((part) => part !== undefined).join(', ')})`,
    ...(from === undefined ? [] : [`${shown(from.doc_title)} row ${shown(from.row)}`]),
    ...(by === undefined ? [] : [`by ${shown(by.username)}`]),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join(' ');
}

const shown = (value: unknown): string => (value === null || value === undefined ? '–' : String(value));
