import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../platform/context.ts';
import { literal, openTabular, type TabularRow } from '../../platform/tabular/index.ts';
import { type IssueFilter, issueWhere } from '../pure/issue-filter.ts';

/** Order of the file: row, then column; the position in it is a stable place for a cursor. */
const columns = 'severity, code, message, path, row, line, "column", value, rule, step, expected';

export interface IssueRow extends TabularRow {}

/** Issues of one upload or revision, in chunks, filtered, from a position on. Nothing of it stays behind. */
export async function* readIssues(
  context: Context,
  sha256: string,
  filter: IssueFilter,
  page: { after?: number | undefined; limit?: number | undefined },
  signal?: AbortSignal,
): AsyncGenerator<IssueRow[]> {
  // The name says whose it is: the readers' sweep removes folders of processes that are gone.
  const folder = path.join(context.config.dataDir, 'tmp', `read-${process.pid}-${randomUUID()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await context.blobs.localFile(sha256, folder);
  const tabular = await openTabular({
    workFolder: folder,
    readFolders: [path.dirname(file)],
    threads: 1,
    memoryBytes: 128 * 1024 * 1024,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    const where = [
      issueWhere(filter),
      page.after === undefined ? 'true' : `file_row_number > ${Math.trunc(page.after)}`,
    ];
    yield* tabular.stream(`
      select ${columns}, file_row_number::double as _position
      from read_parquet(${literal(file)}, file_row_number = true) where ${where.join(' and ')} order by file_row_number
      ${page.limit === undefined ? '' : `limit ${Math.trunc(page.limit)}`}`);
  } finally {
    tabular.close();
    await rm(folder, { recursive: true, force: true });
  }
}
