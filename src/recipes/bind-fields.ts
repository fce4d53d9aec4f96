import type { IngestRun } from './ingest.ts';
import { profileColumns } from './profile-columns.ts';
import type { BoundField } from './pure/compile-table.ts';
import { type Proposal, physicalOf, proposeType } from './pure/propose-type.ts';
import { type Field, missingValuesOf, type TableSchema } from './pure/table-schema.ts';
import { settleDateFormats } from './settle-date-formats.ts';
import type { StagedColumn } from './staged.ts';
import type { Cleaned } from './steps/index.ts';

const sampleRows = 20_000;
export const toleratedShare = 0.95;

/**
 * Finds a field for every column: the declared one, or a proposal from the first rows. A proposal is a guess that the one
 * pass over all rows proves or refutes; where that could not refute it (nothing in the sample, or two readings open), and
 * for the columns already `refuted`, all rows are looked at here.
 */
export async function bindFields(
  run: IngestRun,
  cleaned: Cleaned,
  refuted: ReadonlySet<string> = new Set(),
): Promise<BoundField[]> {
  const { request, tabular } = run;
  const declared = new Map((request.schema?.fields ?? []).map((field) => [field.name, field]));
  const bound = matchColumns(cleaned.columns, request.schema);
  const extra = bound.filter(({ field }) => !declared.has(field.name));
  const policy = request.schemaPolicy ?? 'evolve';
  const kept = !request.schema
    ? bound
    : policy === 'discard_value'
      ? bound.filter((one) => !extra.includes(one))
      : bound.map((one) => (policy === 'discard_row' && extra.includes(one) ? { ...one, discard: true } : one));

  const measured = kept.filter(
    ({ field, column, inferred, discard }) =>
      column &&
      !discard &&
      ((inferred && request.infer !== 'none') || field.type === 'number' || field.type === 'integer'),
  );
  const columns = measured.map(({ field, column, inferred }) => ({
    id: column!.id,
    missing: missingValuesOf(request.schema ?? { fields: [] }, field),
    ...(inferred ? {} : { field }),
  }));
  const relation = cleaned.relation;
  const rows = Math.max(1000, Math.min(sampleRows, Math.floor(2_000_000 / columns.length)));
  const profiles = await profileColumns(tabular, relation, columns, rows);
  const tolerance = request.infer === 'tolerant' ? toleratedShare : 1;
  const propose = (one: BoundField): Proposal =>
    proposeType(profiles.get(one.column!.id)!, { tolerance, textOnly: one.column!.textOnly === true });

  const unsure = measured.filter((one) => {
    if (refuted.has(one.column!.id)) return true;
    if (!one.inferred || one.column!.known) return false;
    const { field, settled } = propose(one);
    return !settled || (tolerance < 1 && field.type === 'string');
  });
  if (unsure.length > 0) {
    const ids = new Set(unsure.map((one) => one.column!.id));
    const full = await profileColumns(
      tabular,
      relation,
      columns.filter(({ id }) => ids.has(id)),
    );
    for (const [id, profile] of full) profiles.set(id, profile);
  }

  const settled = kept.map((one) => {
    if (one.discard) return one;
    const profile = one.column && profiles.get(one.column.id);
    if (!profile) return one;
    if (!one.inferred) return withPhysical(one, physicalOf(one.field.type, profile));
    const known = one.column!.known;
    if (known) {
      const field = { ...one.field, type: known.type };
      return withPhysical({ ...one, field }, known.physical ?? physicalOf(known.type, profile));
    }
    const { field, warning } = propose(one);
    if (warning) noteOnce(run, one.field.name, warning);
    return withPhysical({ ...one, field: { ...one.field, ...field } }, physicalOf(field.type, profile));
  });
  return settleDateFormats(run, cleaned, settled);
}

function withPhysical(one: BoundField, physical: string | undefined): BoundField {
  return physical === undefined ? one : { ...one, physical };
}

function noteOnce(run: IngestRun, column: string, { code, message }: { code: string; message: string }): void {
  if (run.issues.some((issue) => issue.code === code && issue.column === column)) return;
  run.issues.push({
    severity: 'warning',
    code,
    message: `${message}. Column: '${column}'`,
    path: `/fields/${column}`,
    column,
  });
}

/** Declared fields in schema order, found by exact name, else without regard to case; then the file's other columns. */
function matchColumns(columns: StagedColumn[], schema: TableSchema | undefined): BoundField[] {
  const left = new Set(columns);
  const bound: BoundField[] = [];
  for (const field of schema?.fields ?? []) {
    const exact = columns.find(
      (column) => left.has(column) && (column.name === field.name || column.header === field.name),
    );
    const column =
      exact ?? columns.find((other) => left.has(other) && other.name.toLowerCase() === field.name.toLowerCase());
    if (column) left.delete(column);
    bound.push({ field, column, inferred: field.confidence !== undefined && column !== undefined });
  }
  for (const column of left) {
    const field: Field = { name: column.name, type: 'string' };
    if (column.header !== column.name && column.header !== '') field.title = column.header;
    bound.push({ field, column, inferred: true });
  }
  return bound;
}
