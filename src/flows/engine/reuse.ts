import { SourceFailure } from '../fetch-source.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { FlowRun, PreviousRevision } from '../flow-run.ts';
import type { JsonObject, PlannedPipeline, Product } from '../pure/flow-spec.ts';
import { readsOnly } from '../pure/reads-only.ts';
import { productPackageUrl } from './describe.ts';
import type { EngineContext as Context } from './engine-context.ts';
import type { Sources } from './get-sources.ts';

/** The products of the last success, for a revision made of the same. */
export interface Reused {
  /** The package's own keys, as the steps had left them. */
  keys: JsonObject;
  /** Undefined for the package, which is this revision's own. */
  make(pipeline: PlannedPipeline): { products: Product[]; stats: JsonObject } | undefined;
}

/**
 * Are spec, engine and the bytes of all sources those of the last success (contract flows §11)? Every source is fetched to
 * know; nothing is computed then. What is loaded onto an earlier table is never the same twice.
 */
export async function findReusable(context: Context, run: FlowRun, sources: Sources): Promise<Reused | undefined> {
  if ((run.spec.load?.mode ?? 'replace') !== 'replace') return undefined;
  const previous = await run.previous();
  if (previous === undefined || fingerprintOf(run.spec, previous.sources) !== previous.fingerprint) return undefined;
  if (!readsOnly(run.plan, new Set(previous.sources.map(({ url }) => url)))) return undefined;
  if (!(await hasAll(context, run, previous))) return undefined;
  for (const { url, sha256 } of previous.sources) if ((await hashOf(sources, url)) !== sha256) return undefined;
  await run.keepAsBefore(previous);
  return { keys: keysOf(run, previous), make: (pipeline) => madeBefore(run, previous, pipeline) };
}

/** One that cannot be had is told by the pipelines that need it. */
async function hashOf(sources: Sources, url: string): Promise<string | undefined> {
  try {
    return (await sources.fetch(url)).sha256;
  } catch (error) {
    if (error instanceof SourceFailure) return undefined;
    throw error;
  }
}

/** Nothing planned is missing, no file is lost, and addresses begin as they would now. */
async function hasAll(context: Context, run: FlowRun, previous: PreviousRevision): Promise<boolean> {
  const isThere = run.plan.pipelines.every(({ id }) => previous.pipelines.has(nameIn(run.flowId, id)));
  if (!isThere) return false;
  for (const { sha256, descriptor } of previous.products) {
    if (!String(descriptor.path).startsWith(`${run.packageBase}/`)) return false;
    if ((await context.blobs.stat(sha256)) === undefined) return false;
  }
  return true;
}

const nameIn = (flowId: string, id: string): string => id.slice(flowId.length);

function madeBefore(run: FlowRun, previous: PreviousRevision, { id, kind, product }: PlannedPipeline) {
  if (kind === 'package') return undefined;
  const name = nameIn(run.flowId, id);
  const stats = previous.pipelines.get(name)!;
  const products = previous.products.filter(({ pipelineId }) => nameIn(previous.flowId, pipelineId) === name);
  const url = productPackageUrl(run, product!);
  return {
    products: products.map(({ pipelineId: _, ...one }) => one),
    stats: { ...stats, cached: true, '.dpp': { 'out-datapackage-url': url } },
  };
}

/** Without what is made anew for every package. */
function keysOf({ plan }: FlowRun, { package: made }: PreviousRevision): JsonObject {
  const { id: _id, datahub: _datahub, resources: _resources, $schema: _schema, views: all, ...keys } = made;
  const ours = new Set(plan.resources.map(({ name }) => `datahub-preview-${name}_csv_preview`));
  const views = (Array.isArray(all) ? all : []).filter((view) => !ours.has(String((view as JsonObject).name)));
  return views.length === 0 ? keys : { ...keys, views };
}
