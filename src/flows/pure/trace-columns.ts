import type { FieldOrigins, Origin } from '../../recipes/index.ts';
import type { StepRecord } from './step-record.ts';

export interface TracedColumn {
  resource: string;
  field: string;
  /** Fields of sources, with the hash of the bytes. */
  sources: { source: string; hash: string | null; field: string }[];
}

/** Where each field of the finished tables comes from, through all steps and other tables, back to its sources. */
export function traceColumns(
  steps: readonly StepRecord[],
  { resource, field }: { resource?: string | undefined; field?: string | undefined } = {},
): TracedColumn[] {
  const tables = Map.groupBy(steps, (step) => step.resource);
  const hashes = new Map(
    steps.flatMap(({ inputs }) =>
      inputs.flatMap((one): [string, string][] => {
        if ('source' in one) return [[one.source, one.blob]];
        return 'dataset' in one ? [[`granary://${one.dataset}#${one.resource}`, one.blob]] : [];
      }),
    ),
  );
  return [...tables].flatMap(([name, list]) => {
    if (resource !== undefined && resource !== name) return [];
    const fields = fieldsOf(list).filter((one) => field === undefined || one === field);
    return fields.map((one) => ({
      resource: name,
      field: one,
      sources: sourcesOf(tables, name, one).map((origin) => ({ ...origin, hash: hashes.get(origin.source) ?? null })),
    }));
  });
}

/** Of the finished table: as the last record that lists them. */
function fieldsOf(list: readonly StepRecord[]): string[] {
  const last = list.findLast(({ columns, resource }) => columns.some((one) => one.resource === resource));
  return (last?.columns ?? []).flatMap(({ resource, field }) => (resource === last?.resource ? [field] : []));
}

type Source = Extract<Origin, { source: string }>;

function sourcesOf(tables: ReadonlyMap<string, StepRecord[]>, resource: string, field: string): Source[] {
  const found = new Map<string, Source>();
  const seen = new Set<string>();
  walk(resource, { resource, field });
  return [...found.values()];

  function walk(table: string, start: Origin): void {
    let open: Origin[] = [start];
    for (const { columns } of tables.get(table)?.toReversed() ?? []) {
      const known = new Map(columns.map((one): [string, FieldOrigins] => [keyOf(one), one]));
      open = unique(open.flatMap((origin) => known.get(keyOf(origin))?.from ?? [origin]));
    }
    for (const origin of open) {
      if ('source' in origin) found.set(keyOf(origin), origin);
      else if (origin.resource !== table && !seen.has(keyOf(origin))) {
        seen.add(keyOf(origin));
        walk(origin.resource, origin);
      }
    }
  }
}

const keyOf = (origin: Origin | FieldOrigins): string =>
  'source' in origin
    ? JSON.stringify([origin.source, origin.field, 0])
    : JSON.stringify([origin.resource, origin.field]);

const unique = (origins: Origin[]): Origin[] => [...new Map(origins.map((one) => [keyOf(one), one])).values()];
