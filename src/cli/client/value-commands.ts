import type { Command } from 'commander';
import { group } from '../find-group.ts';
import type { Io } from '../io.ts';
import { jsonFlag, jsonText } from '../print-json.ts';
import { connect } from './connect.ts';
import { addReadCommands } from './read-values.ts';

type Row = Record<string, unknown>;
interface List {
  objects: Row[];
}

/** `granary value …`: the numbers, how they are entered, and where they come from. */
export function addValueCommands(program: Command, io: Io): void {
  const value = group(program, 'value', 'values of indicators at places');
  addReadCommands(value, io);
  addSet(value, io);
  addWhy(value, io);
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
    .addOption(jsonFlag());
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
    ...(from === undefined ? [] : [`${shown(from.doc_title)} ${rowsOf(from)}`]),
    ...(by === undefined ? [] : [`by ${shown(by.username)}`]),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join(' ');
}

/** Of a sum all rows it is made of. */
const rowsOf = ({ row, rows }: Row): string =>
  Array.isArray(rows) ? `rows ${[...new Set(rows.map((one: Row) => shown(one.row)))].join(', ')}` : `row ${shown(row)}`;

const shown = (value: unknown): string => (value === null || value === undefined ? '–' : String(value));
