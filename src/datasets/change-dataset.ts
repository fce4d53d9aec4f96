import type { Queryable, Tx } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import type { Access } from '../resource/access.ts';
import { forbidden } from '../resource/index.ts';
import type { Dataset, TableSchema } from './dataset.ts';
import { datasetNameTaken, datasetNotFound } from './errors.ts';
import { isDatasetName } from './pure/dataset-name.ts';
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
export async function changeDataset(tx: Tx, access: Access, id: string, change: DatasetChange): Promise<Dataset> {
  await getDatasetFor(tx, access, id, 'dataset.write');
  const dataset = await lockDataset(tx, id);
  if (dataset === undefined) throw datasetNotFound(id);
  if (change.name !== undefined && change.name !== dataset.name) await checkName(tx, dataset, change.name);
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
  if (!uuid.test(id)) throw datasetNotFound(id);
  const visible = await findDataset(db, id, datasetsWith(access, 'dataset.read'));
  if (visible === undefined) throw datasetNotFound(id);
  if (right !== 'dataset.read' && (await findDataset(db, id, datasetsWith(access, right))) === undefined)
    throw forbidden();
  return visible;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function checkName(tx: Tx, dataset: Dataset, name: string): Promise<void> {
  if (!isDatasetName(name)) {
    throw new AppError(
      400,
      'invalid_dataset_name',
      `'${name}' is not a dataset name: lower-case letters, digits, '.', '_', '-'.`,
    );
  }
  if ((await findDatasetByName(tx, dataset.projectId, name, everything)) !== undefined) throw datasetNameTaken(name);
}
