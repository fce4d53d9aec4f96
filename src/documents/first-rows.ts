import path from 'node:path';
import type { Revision } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { identifier, literal, openTabular, type Tabular } from '../platform/tabular/index.ts';
import type { TableRow } from './pure/likely-header.ts';

/** So many columns are looked at. */
export const lookedColumns = 200;

interface Looking {
  context: Context;
  revision: Revision;
  folder: string;
  signal: AbortSignal;
}

/** The first rows of what was read, as they stand in the file. */
export const firstRows = (looking: Looking, most: number): Promise<TableRow[]> =>
  withTable(looking, async (tabular, table) => {
    const names = looking.revision.schema.fields.slice(0, lookedColumns).map(({ name }) => identifier(name));
    const columns = names.map((name, index) => `${name}::varchar as c${index}`).join(', ');
    const rows = await tabular.rows(
      `select _row::integer as row, ${columns} from read_parquet(${literal(table)}) order by _row limit ${most}`,
    );
    return rows.map((one) => ({
      row: Number(one.row),
      cells: names.map((_, index) => one[`c${index}`] as string | null),
    }));
  });

/** The different texts of each column in the first rows. */
export const textsOf = (looking: Looking, most: number): Promise<{ position: number; text: string }[]> =>
  withTable(looking, async (tabular, table) => {
    const first = `(select * from read_parquet(${literal(table)}) limit ${most})`;
    const columns = looking.revision.schema.fields
      .slice(0, lookedColumns)
      .map(
        ({ name }, index) =>
          `select distinct ${index + 1} as position, trim(replace(${identifier(name)}::varchar, chr(0), '')) as text from ${first}`,
      );
    const rows = await tabular.rows(`select * from (${columns.join(' union all ')}) where text <> ''`);
    return rows.map(({ position, text }) => ({ position: Number(position), text: String(text) }));
  });

async function withTable<T>(
  { context, revision, folder, signal }: Looking,
  work: (tabular: Tabular, table: string) => Promise<T>,
): Promise<T> {
  const table = await context.blobs.localFile(revision.tableSha256, folder);
  const tabular = await openTabular({
    workFolder: folder,
    readFolders: [path.dirname(table)],
    memoryBytes: context.config.engineMemoryBytes,
    threads: context.config.engineThreads,
    signal,
  });
  try {
    return await work(tabular, table);
  } finally {
    tabular.close();
  }
}
