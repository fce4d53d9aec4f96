import path from 'node:path';
import { identifier, literal } from '../platform/tabular/index.ts';
import type { IngestRun } from './ingest.ts';
import type { Pass } from './pass-rows.ts';
import type { Report } from './report-issues.ts';

/** The rejected rows as CSV with their original columns and `_error`, in file order: corrected, it can be uploaded again. */
export async function writeRejects(
  run: IngestRun,
  pass: Pass,
  report: Report,
): Promise<{ file: string; rows: number }> {
  const { staged, tabular, request } = run;
  const ids = staged.columns.map(({ id }) => id);
  const list = ids.join(', ');
  const sources = [`select _row, ${list} from ${pass.badCells} where _bad = 2`];
  if (report.repeated) {
    // Good in themselves, so the pass kept no copy of their cells: they are looked up in the source again.
    const numbered = staged.numbered
      ? staged.relation
      : `(select row_number() over () as _row, * from ${staged.relation})`;
    sources.push(`select _row, ${list} from ${numbered} where _row in (select _row from ${report.repeated})`);
  }
  if (staged.rejected) {
    const cells = ids.map((id, i) => `json_extract_string(raw, '$[${i}]') as ${id}`);
    sources.push(`select _row, ${cells.join(', ')} from ${staged.rejected.relation} where code <> 'blank-row'`);
  }
  const errors = `(select row, string_agg(message, '; ' order by f, k) as message from ${report.rowIssues} where severity = 'error' group by row)`;
  const columns = staged.columns.map(({ id, name }) => `${id} as ${identifier(name)}`);
  const file = path.join(request.workFolder, 'rejects.csv');
  await tabular.run(`copy (select ${columns.join(', ')}, message as _error from (${sources.join(' union all ')}) c join ${errors} e on e.row = c._row order by c._row)
    to ${literal(file)} (format csv, header true)`);
  return { file, rows: report.rows.rejected };
}
