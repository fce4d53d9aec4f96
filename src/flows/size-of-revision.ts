import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import type { ShareSize } from '../runs/index.ts';
import { lastFetched } from './product-store.ts';
import { blobOf } from './pure/addresses.ts';
import type { FlowPlan } from './pure/flow-spec.ts';
import { sizeClass } from './pure/size-class.ts';

/** By the blobs a plan names, and by what its other addresses gave this dataset the last time. Data in the spec is small. */
export async function sizeOfRevision(context: Context, tx: Tx, datasetId: string, plan: FlowPlan): Promise<ShareSize> {
  const urls = [...new Set(plan.resources.flatMap(({ source }) => source.urls))];
  const fetched = await lastFetched(tx, datasetId, urls);
  const bytes: (number | undefined)[] = [];
  for (const url of urls) {
    const sha256 = blobOf(url);
    bytes.push(sha256 === undefined ? fetched.get(url) : (await context.blobs.stat(sha256))?.bytes);
  }
  return sizeClass(bytes);
}
