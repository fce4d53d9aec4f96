import type { Queryable } from '../platform/db/index.ts';
import type { PreviousRevision } from './flow-run.ts';
import { packageOfRevision, productsOfRevision, sourcesOfRevision } from './product-store.ts';
import { type FlowDataset, pipelinesOfRevision } from './store.ts';
import { tablesOfRevision } from './table-store.ts';

/** The dataset's last successful revision with all that is kept of it. */
export async function findPrevious(db: Queryable, dataset: FlowDataset): Promise<PreviousRevision | undefined> {
  const n = dataset.successfulN;
  const revision = n === null ? undefined : await packageOfRevision(db, dataset.id, n);
  if (revision === undefined || revision.package === null) return undefined;
  const flowId = `${dataset.ownerId}/${dataset.name}/${n}`;
  const pipelines = await pipelinesOfRevision(db, revision.id);
  return {
    revisionId: revision.id,
    flowId,
    package: revision.package,
    products: await productsOfRevision(db, revision.id),
    tables: await tablesOfRevision(db, revision.id),
    sources: await sourcesOfRevision(db, revision.id),
    fingerprint: revision.fingerprint,
    pipelines: new Map(pipelines.map(({ id, stats }) => [id.slice(flowId.length), stats])),
  };
}
