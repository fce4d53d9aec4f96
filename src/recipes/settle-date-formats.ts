import type { IngestRun } from './ingest.ts';
import { compileField } from './pure/compile-field.ts';
import type { BoundField } from './pure/compile-table.ts';
import { openFormats } from './pure/open-date-formats.ts';
import type { Cleaned } from './steps/index.ts';

/**
 * `format: any` (contract flows §7.2): the one pattern of a fixed list that all values of the column fit. None, or two that read
 * them differently, is an error of the column; it is then read by the pattern that most values fit, so that the issues
 * name the cells that do not.
 */
export async function settleDateFormats(run: IngestRun, cleaned: Cleaned, bound: BoundField[]): Promise<BoundField[]> {
  const settled: BoundField[] = [];
  for (const one of bound)
    settled.push(one.column && isOpen(one) && !one.discard ? await settle(run, cleaned, one) : one);
  return settled;
}

function isOpen({ field }: BoundField): boolean {
  return field.format === 'any' && ['date', 'time', 'datetime'].includes(field.type);
}

async function settle(run: IngestRun, cleaned: Cleaned, one: BoundField): Promise<BoundField> {
  const { staged, request, tabular } = run;
  const { field, column } = one;
  const formats = openFormats(field.type);
  const source = { cell: column!.id, emptyIsNull: staged.emptyIsNull, padded: staged.padded, canonical: false };
  const readings = formats.map((format) =>
    compileField({ ...field, format }, request.schema ?? { fields: [] }, source, { t: 't', v: 'v' }),
  );
  const cells = `(select ${readings[0]!.text} as t from ${cleaned.relation})`;
  const fits = readings.map(({ lexical }, i) => `count(*) filter (where ${lexical})::double as fits_${i}`);
  const [row] = await tabular.rows(`select count(t)::double as n, ${fits.join(', ')} from ${cells}`);
  const total = Number(row!.n);
  const counts = formats.map((_, i) => Number(row![`fits_${i}`]));
  const best = counts.indexOf(Math.max(...counts));
  const [first, ...more] = formats.map((_, i) => i).filter((i) => counts[i] === total);
  const readAs = { ...field, format: formats[first ?? best]! };
  if (total === 0) return { ...one, readAs };
  if (first === undefined) {
    const [odd] = await tabular.rows(
      `select t from ${cells} where t is not null and not ${readings[best]!.lexical} limit 1`,
    );
    note(
      run,
      field.name,
      'date-format-unknown',
      `No one ${field.type} format fits all values: ${counts[best]} of ${total} read as ${formats[best]}, but '${String(odd!.t).slice(0, 200)}' does not`,
    );
    return { ...one, readAs };
  }
  for (const other of more) {
    const [differing] = await tabular.rows(
      `select t from ${cells} where ${readings[first]!.value} is distinct from ${readings[other]!.value} limit 1`,
    );
    if (!differing) continue;
    note(
      run,
      field.name,
      'date-format-ambiguous',
      `All values read as ${formats[first]} and as ${formats[other]}, with different results, such as '${differing.t}': name the format`,
    );
    return { ...one, readAs };
  }
  run.request.log?.(`column '${field.name}' is read as ${readAs.format}`);
  return { ...one, readAs };
}

function note(run: IngestRun, column: string, code: string, message: string): void {
  if (run.issues.some((issue) => issue.code === code && issue.column === column)) return;
  run.issues.push({
    severity: 'error',
    code,
    message: `${message}. Column: '${column}'`,
    path: `/fields/${column}`,
    column,
    step: 'cast',
  });
}
