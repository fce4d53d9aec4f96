import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { tableText } from '../src/cli/index.ts';
import type { DirtyFile } from './dirty-gapminder.ts';
import type { DemoTools } from './places.ts';

interface Pipeline {
  title: string;
  status: string;
  stats: {
    bytes?: number;
    count_of_rows?: number | null;
    rejected_rows?: number;
    '.dpp': { 'out-datapackage-url': string };
  };
  error_log: string[];
}
interface Revision {
  id: string;
  state: string;
  error_log: string[];
  pipelines: Record<string, Pipeline>;
}

const terminal = ['SUCCEEDED', 'FAILED'];

/** The same messy file as a flow: a spec says how to read and process it, and a published Data Package comes out. */
export async function packageByFlow({ call, say, seconds, indent }: DemoTools, file: DirtyFile): Promise<void> {
  const { profile } = await call<{ profile: { id: string } }>('GET', '/auth/check');
  const since = performance.now();
  const sent = await call<{ success: boolean; flow_id: string; errors: string[] }>('POST', '/source/upload', {
    json: specOf(profile.id, `blob:sha256:${createHash('sha256').update(file.bytes).digest('hex')}`),
  });
  if (!sent.success) throw new Error(sent.errors.join('\n'));
  const revision = await finished(() => call<Revision>('GET', `/source/${sent.flow_id}`));
  say(`   Revision ${revision.id} ${revision.state.toLowerCase()} in ${seconds(since)}:`);
  say();
  const rows = Object.values(revision.pipelines).map(({ title, status, stats }) => ({
    pipeline: title,
    state: status,
    rows: stats.count_of_rows ?? '',
    'set aside': stats.rejected_rows ?? '',
    bytes: stats.bytes?.toLocaleString('en') ?? '',
  }));
  say(indent(tableText(rows, ['pipeline', 'state', 'rows', 'set aside', 'bytes'])));
  if (revision.state !== 'SUCCEEDED') throw new Error(revision.error_log.join('\n'));
  const pathOf = (url: string) => new URL(url).pathname;
  const reported = Object.values(revision.pipelines)[0]!.stats['.dpp']['out-datapackage-url'];
  const { resources } = await call<{ resources: { path: string }[] }>('GET', pathOf(reported));
  const [report] = await call<{ 'error-count': number; tables: { 'error-stats': Record<string, number> }[] }[]>(
    'GET',
    pathOf(resources[0]!.path),
  );
  const kinds = Object.entries(report!.tables[0]!['error-stats']).map(([code, count]) => ({ code, count }));
  say(`   The report names ${report!['error-count']} problems, each with its row:`);
  say();
  say(indent(tableText(kinds, ['code', 'count'])));
  say(`   Anybody may read the package: /d/${revision.id.split('/').slice(0, 2).join('/')}/datapackage.json`);
}

function specOf(ownerid: string, source: string): object {
  const field = (name: string, type: string, more: object) => ({ name, type, ...more });
  return {
    meta: { owner: 'Demo', ownerid, dataset: 'gapminder', version: 1, findability: 'published' },
    inputs: [
      {
        kind: 'datapackage',
        parameters: {
          descriptor: {
            name: 'gapminder',
            title: 'People of the world, cleaned',
            licenses: [{ name: 'CC-BY-4.0', title: 'Gapminder Foundation' }],
            readme: '# People of the world\n\nFrom a file with sixteen faults; `validation_report` names them.',
            resources: [
              {
                name: 'people',
                path: 'data/people.csv',
                schema: {
                  missingValues: ['', 'n/a', '-', 'NA', 'missing', '…'],
                  fields: [
                    field('Country', 'string', { constraints: { required: true } }),
                    field('Year', 'integer', { constraints: { minimum: 1900, maximum: 2100 } }),
                    field('Population', 'integer', { groupChar: ' ', constraints: { minimum: 0 } }),
                    field('Life expectancy', 'number', { decimalChar: ',', constraints: { minimum: 0, maximum: 120 } }),
                    field('Fertility', 'number', { decimalChar: ',', constraints: { minimum: 0, maximum: 15 } }),
                  ],
                },
              },
            ],
          },
          'resource-mapping': { people: source },
        },
      },
    ],
    processing: [
      {
        input: 'people',
        output: 'people',
        tabulator: { delimiter: ';' },
        policy: { cast: 'reject_row', max_rejects: { count: 50, ratio: 0.05 } },
        dpp: [
          {
            run: 'rename_fields',
            parameters: {
              fields: { Country: 'country', Year: 'year', Population: 'population', Fertility: 'fertility' },
            },
          },
          { run: 'sort', parameters: { 'sort-by': [{ field: 'country' }, { field: 'year' }] } },
        ],
      },
    ],
    outputs: [{ kind: 'parquet' }, { kind: 'sqlite' }],
    schedule: 'every 1w',
  };
}

async function finished(ask: () => Promise<Revision>): Promise<Revision> {
  for (let waitedMs = 0; waitedMs < 300_000; waitedMs += 50) {
    const revision = await ask();
    if (terminal.includes(revision.state)) return revision;
    await delay(50);
  }
  throw new Error('the flow is not done after 300 s');
}
