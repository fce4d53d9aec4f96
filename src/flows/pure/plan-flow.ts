import type { FlowPlan, FlowSpec, PipelineKind, PlannedPipeline } from './flow-spec.ts';
import { isText } from './json.ts';
import { planResources } from './plan-resources.ts';

export const artefactTypes = [
  'derived/report',
  'derived/csv',
  'derived/json',
  'derived/zip',
  'derived/preview',
  'source/tabular',
  'source/non-tabular',
  'original',
  'derived/parquet',
  'derived/sqlite',
  'derived/rejects',
] as const;

/**
 * The fixed graph of pipelines of a revision (contract §6.1): ids, titles, order and dependencies are what older clients
 * look for. `allowed` restricts what is made. Throws PlanFault.
 */
export function planFlow(spec: FlowSpec, n: number, allowed: readonly string[] = artefactTypes): FlowPlan {
  const { ownerid, dataset } = spec.meta;
  const flowId = `${ownerid}/${dataset}/${n}`;
  const { resources, warnings } = planResources(spec);
  const tables = resources.filter((resource) => resource.type === 'source/tabular').map(({ name }) => name);
  const copied = resources.filter(({ type, name }) => type !== 'original' || !name.endsWith('_original'));
  const outFile = (kind: string) => spec.outputs.find((one) => one.kind === kind)?.parameters['out-file'];
  const pipelines: PlannedPipeline[] = [];

  const idOf = (product: string) => `${flowId}/${product}`;
  const isPlanned = (id: string) => pipelines.some((one) => one.id === id);
  const add = (
    kind: Exclude<PipelineKind, 'package'>,
    product: string,
    needs: string[] = [],
    more: { resource?: string; outFile?: string } = {},
  ) => {
    const id = idOf(product);
    const dependencies = needs.map(idOf).filter(isPlanned);
    pipelines.push({ id, title: titles[kind], kind, ...more, product, dependencies });
  };
  const wanted = (type: (typeof artefactTypes)[number]) => allowed.includes(type);
  const csvs = tables.map((name) => `${name}_csv`);

  if (wanted('derived/report')) add('report', 'validation_report');
  if (wanted('derived/csv')) for (const name of tables) add('csv', `${name}_csv`, [], { resource: name });
  if (wanted('derived/json')) for (const name of tables) add('json', `${name}_json`, [], { resource: name });
  const zip = outFile('zip');
  if (isText(zip) && wanted('derived/zip'))
    add('zip', dotless(zip), ['validation_report', ...csvs, ...tables.map((name) => `${name}_json`)], { outFile: zip });
  if (wanted('derived/preview'))
    for (const name of tables) add('preview', `${name}_csv_preview`, [`${name}_csv`], { resource: name });
  for (const { name, type } of copied) if (wanted(type)) add('copy', name, [], { resource: name });
  if (spec.outputs.some((one) => one.kind === 'parquet') && wanted('derived/parquet'))
    for (const name of tables) add('parquet', `${name}_parquet`, [`${name}_csv`], { resource: name });
  const sqlite = outFile('sqlite');
  if (isText(sqlite) && wanted('derived/sqlite')) add('sqlite', dotless(sqlite), csvs, { outFile: sqlite });
  pipelines.push({
    id: flowId,
    title: titles.package,
    kind: 'package',
    dependencies: pipelines.map((one) => one.id),
  });
  return { flowId, resources, pipelines, warnings };
}

const titles: Record<PipelineKind, string> = {
  report: 'Validating package contents',
  csv: 'Creating CSV',
  json: 'Creating JSON',
  zip: 'Creating ZIP',
  preview: 'Generating views',
  copy: 'Copying source data',
  parquet: 'Creating Parquet',
  sqlite: 'Creating SQLite',
  package: 'Creating Package',
};

const dotless = (fileName: string): string => fileName.replaceAll('.', '_');
