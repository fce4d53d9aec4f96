import type { Queryable, Tx } from '../platform/db/index.ts';
import type { Access } from '../resource/access.ts';
import { forbidden } from '../resource/index.ts';
import type { Dataset, TableSchema } from './dataset.ts';
import { datasetNameTaken, datasetNotFound, invalidDatasetName, keyNotInSchema } from './errors.ts';
import { datasetNameOf, isDatasetName } from './pure/dataset-name.ts';
import { datasetsWith, everything, findDataset, findDatasetByName, lockDataset, updateDataset } from './store.ts';

export interface DatasetChange {
  name?: string;
  title?: string;
  description?: string;
  metadata?: Record<string, unknown>;
  settings?: Record<string, unknown>;
  schema?: Record<string, unknown>;
  key?: string[];
  reading?: Record<string, unknown>;
  recipe?: unknown[];
}

/**
 * Changes what a dataset is called and how the next file is taken in; published revisions stay as they are. A changed
 * schema, recipe or reading opens a new edition: then the same file again is not the same thing again.
 */
export async function changeDataset(tx: Tx, access: Access, given: string, change: DatasetChange): Promise<Dataset> {
  const { id } = await getDatasetFor(tx, access, given, 'dataset.write');
  const dataset = await lockDataset(tx, id);
  if (dataset === undefined) throw datasetNotFound(id);
  if (change.name !== undefined && change.name !== dataset.name) await checkName(tx, dataset, change.name);
  checkKey(change.key ?? dataset.key, (change.schema as TableSchema | undefined) ?? dataset.schema, change);
  const reads = (['schema', 'key', 'reading', 'recipe'] as const).some((name) => change[name] !== undefined);
  const settings = { ...(change.settings ?? dataset.settings) };
  delete settings.edition;
  const edition = Number(dataset.settings.edition ?? 0) + (reads ? 1 : 0);
  await updateDataset(tx, id, {
    name: change.name ?? dataset.name,
    title: change.title ?? dataset.title,
    description: change.description ?? dataset.description,
    metadata: change.metadata ?? dataset.metadata,
    settings: edition > 0 ? { ...settings, edition } : settings,
    schema: (change.schema as TableSchema | undefined) ?? dataset.schema,
    key: change.key ?? dataset.key,
    reading: change.reading ?? dataset.reading,
    recipe: change.recipe ?? dataset.recipe,
  });
  const changed = await findDataset(tx, id, everything);
  if (changed === undefined) throw datasetNotFound(id);
  return changed;
}

/** The dataset, if the caller may see it and holds the right. Throws `dataset_not_found` or `forbidden`. */
export async function getDatasetFor(db: Queryable, access: Access, id: string, right: string): Promise<Dataset> {
  const visible = await findDataset(db, id, datasetsWith(access, 'dataset.read'));
  if (visible === undefined) throw datasetNotFound(id);
  if (right !== 'dataset.read' && (await findDataset(db, id, datasetsWith(access, right))) === undefined)
    throw forbidden();
  return visible;
}

/** Rows told apart by a column that is not there would be told apart by nothing. */
function checkKey(key: string[], schema: TableSchema | null, change: DatasetChange): void {
  if (schema === null || (change.key === undefined && change.schema === undefined)) return;
  const names = schema.fields.map(({ name }) => name);
  const missing = key.find((name) => !names.includes(name));
  if (missing !== undefined) throw keyNotInSchema(missing);
}

async function checkName(tx: Tx, dataset: Dataset, name: string): Promise<void> {
  if (!isDatasetName(name)) {
    throw invalidDatasetName(name, datasetNameOf(name));
  }
  if ((await findDatasetByName(tx, dataset.projectId, name, everything)) !== undefined) throw datasetNameTaken(name);
}
