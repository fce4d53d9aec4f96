import { count } from '../ui/format.ts';

interface LineageStep {
  resource: string;
  /** Place in the list of steps; null for reading the source and for `load`. */
  index: number | null;
  step: string;
  rows_in: number;
  rows_out: number;
  rejected: number;
  cached: boolean;
}

interface TracedColumn {
  resource: string;
  field: string;
  sources: { source: string; field: string }[];
}

export interface FlowLineage {
  steps: LineageStep[];
  columns: TracedColumn[];
}

export interface TableLineage {
  resource: string;
  /** One a step, in order. */
  steps: string[];
  columns: { field: string; from: string }[];
}

/** What was done to each table, and where its columns come from, in words. */
export function lineageWords({ steps, columns }: FlowLineage): TableLineage[] {
  const tables = [...new Set(steps.map(({ resource }) => resource))];
  return tables.map((resource) => ({
    resource,
    steps: steps.filter((step) => step.resource === resource).map(stepWords),
    columns: columns.filter((column) => column.resource === resource).map(columnWords),
  }));
}

const names: Record<string, string> = { cast: 'read', validate: 'checked', load: 'laid onto the earlier table' };

function stepWords({ step, index, rows_in: before, rows_out: after, rejected, cached }: LineageStep): string {
  const rows = before === after ? `${count(after)} rows` : `${count(before)} → ${count(after)} rows`;
  const notes = [rejected > 0 ? `${count(rejected)} rejected` : '', cached ? 'from an earlier run' : ''];
  return [`${index === null || step === 'validate' ? names[step] : step}: ${rows}`, ...notes.filter(Boolean)].join(
    ', ',
  );
}

function columnWords({ field, sources }: TracedColumn): { field: string; from: string } {
  if (sources.length === 0) return { field, from: 'made by a step' };
  const named = sources.map((one) => `${one.field} of ${fileOf(one.source)}`);
  return {
    field,
    from: named.length > 4 ? `${named.slice(0, 3).join(', ')} and ${named.length - 3} more` : named.join(', '),
  };
}

/** The last part of an address says most; of bytes, the first digits. */
function fileOf(source: string): string {
  const [, hash] = /^blob:sha256:([0-9a-f]{8})/.exec(source) ?? [];
  if (hash !== undefined) return `file ${hash}…`;
  if (source.startsWith('granary://')) return source.slice('granary://'.length).replace('#', ': ');
  return (
    source
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) || source
  );
}
