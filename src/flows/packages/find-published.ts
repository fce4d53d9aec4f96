import { accessOfUser, findProject } from '../../accounts/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Queryable } from '../../platform/db/index.ts';
import { packageOfRevision, productsOfRevision, type StoredProduct } from '../product-store.ts';
import type { JsonObject } from '../pure/flow-spec.ts';
import { type FlowDataset, findDataset } from '../store.ts';

export interface Published {
  flowId: string;
  package: JsonObject;
  products: StoredProduct[];
}

/** Package and products of a revision that has made its package. */
async function findPublished(db: Queryable, dataset: FlowDataset, n: number | null): Promise<Published | undefined> {
  const revision = n === null ? undefined : await packageOfRevision(db, dataset.id, n);
  if (revision === undefined || revision.package === null) return undefined;
  const flowId = `${dataset.ownerId}/${dataset.name}/${n}`;
  return { flowId, package: revision.package, products: await productsOfRevision(db, revision.id) };
}

/** `granary://owner/dataset[/revision]`: what is public, the reader's own, and what the reader may read in projects. */
export async function findReadable(
  context: Context,
  reader: FlowDataset,
  { owner, name, given }: { owner: string; name: string; given: string | undefined },
): Promise<Published | undefined> {
  const dataset = await findDataset(context.db, owner, name);
  if (dataset === undefined || !(await mayRead(context, reader, dataset))) return undefined;
  const n = given === undefined || given === 'successful' ? dataset.successfulN : numberOf(dataset, given);
  return findPublished(context.db, dataset, n);
}

const numberOf = (dataset: FlowDataset, given: string): number | null =>
  given === 'latest' ? dataset.latestN : /^[1-9]\d{0,8}$/.test(given) ? Number(given) : null;

async function mayRead(context: Context, reader: FlowDataset, dataset: FlowDataset): Promise<boolean> {
  if (dataset.findability !== 'private' || dataset.ownerId === reader.ownerId) return true;
  if (reader.userId === null) return false;
  const access = await accessOfUser(context, reader.userId);
  return (await findProject(context, access, dataset.ownerId, 'flow.read')) !== undefined;
}
