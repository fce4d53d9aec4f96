import { type Command, Option } from 'commander';
import type { Io } from '../io.ts';
import { jsonFlag, jsonText } from '../print-json.ts';
import { tableText } from '../print-table.ts';
import { connect } from './connect.ts';
import { pipeOut, saveDownload } from './save-download.ts';

type Row = Record<string, unknown>;
type Flags = Record<string, string | undefined> & {
  cumulative?: boolean;
  missing?: boolean;
  lineage?: boolean;
  csv?: boolean;
  json?: boolean;
};

/** `granary value list` and `granary value export`: the same choice of values, to look at or to keep. */
export function addReadCommands(value: Command, io: Io): void {
  chosen(value.command('list').description('list values: stored, calculated, or rolled up'))
    .option('-n, --limit <count>', 'how many', '100')
    .option('--csv', 'print CSV')
    .addOption(jsonFlag())
    .action(async (flags: Flags) => {
      const connection = await connect();
      const query = { ...queryOf(flags), limit: flags.limit };
      if (flags.csv) {
        const answer = await connection.call('GET', '/api/v1/datapoint', { query: { ...query, format: 'csv' } });
        return io.out(await answer.text());
      }
      const { objects } = await connection.json<{ objects: Row[] }>('GET', '/api/v1/datapoint', { query });
      io.out(flags.json ? jsonText(objects) : tableText(objects, columnsOf(objects, flags)));
    });
  chosen(value.command('export').description('save all values of a choice as a file'))
    .addOption(
      new Option('--format <format>', 'kind of file').choices(['csv', 'ndjson', 'json', 'parquet']).default('csv'),
    )
    .option('-o, --output <file>', 'file to write; default: standard output')
    .option('--lineage', 'a column with the address that tells where each value comes from')
    .action(async (flags: Flags) => {
      const connection = await connect();
      const query = { ...queryOf(flags), format: flags.format, lineage: flags.lineage ? 'url' : undefined };
      const answer = await connection.call('GET', '/api/v1/datapoint', { query });
      if (flags.output === undefined || flags.output === '-') return await pipeOut(answer, io);
      const bytes = await saveDownload(io, answer, flags.output);
      io.out(`${flags.output}  ${bytes} bytes\n`);
    });
}

/** The choices of the API: which indicators, places and periods, and how they are put together. */
function chosen(command: Command): Command {
  return command
    .requiredOption('--indicator <ids>', 'ids of indicators, separated by commas')
    .option('--location <ids>', 'ids of places, exactly these')
    .option('--below <id>', 'this place, or with --depth or --type places below it')
    .option('--depth <steps>', 'exactly so many steps below')
    .option('--type <name>', 'of this type, at whatever distance')
    .option('--campaign <ids>', 'ids of campaigns')
    .option('--from <day>', 'first day')
    .option('--to <day>', 'last day')
    .option('--group-by <period>', 'year, quarter, month, week, day, campaign, all_time')
    .option('--mode <mode>', 'mixed, agg-only or no-agg: which of stored and computed values')
    .option('--where-indicator <short_name>', 'only places where this indicator …')
    .option('--where-value <values>', '… has one of these values, separated by commas')
    .option('--pivot <what>', 'indicator, campaign or location: a column for each')
    .option('--cumulative', 'running totals along the periods')
    .option('--missing', 'also cells without a value');
}

const queryOf = (flags: Flags) => ({
  indicator__in: flags.indicator,
  location_id__in: flags.location,
  location_id: flags.below,
  location_depth: flags.depth,
  location_type: flags.type,
  campaign__in: flags.campaign,
  start_date: flags.from,
  end_date: flags.to,
  group_by_time: flags.groupBy,
  agg_mode: flags.mode,
  filter_indicator: flags.whereIndicator,
  filter_value: flags.whereValue,
  pivot: flags.pivot,
  cumulative: flags.cumulative,
  show_missing_data: flags.missing,
});

const columns = ['indicator_id', 'location_id', 'campaign_id', 'data_date', 'time_grouping', 'value', 'flags'];

/** Those that hold something; of a pivot all, since they are named after ids. */
function columnsOf(objects: Row[], { pivot }: Flags): string[] {
  // Names that are numbers come first in any object; the coordinates they are told by belong before them.
  if (pivot !== undefined) {
    const names = Object.keys(objects[0] ?? {});
    return [...names.filter((name) => !/^\d+$/.test(name)), ...names.filter((name) => /^\d+$/.test(name))];
  }
  return columns.filter((name) => objects.some((row) => row[name] != null));
}
