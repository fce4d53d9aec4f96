import { queryOptions } from '@tanstack/react-query';
import { type ApiRequest, fetchApi } from './fetch-api.ts';
import { Problem } from './problem.ts';

/** As `/source/*` says them. */
export type FlowState = 'QUEUED' | 'INPROGRESS' | 'SUCCEEDED' | 'FAILED';
export type Findability = 'published' | 'unlisted' | 'private';

export type FlowSpec = Record<string, unknown> & { meta: Record<string, unknown> & { ownerid: string } };

export interface PipelineStats {
  bytes?: number | null;
  count_of_rows?: number | null;
  rejected_rows?: number;
  cached?: boolean;
  unchanged?: boolean;
  '.dpp'?: { 'out-datapackage-url'?: string };
}

export interface PipelineStatus {
  title: string;
  status: FlowState;
  stats: PipelineStats;
  error_log: string[];
}

export interface FlowRevision {
  id: string;
  spec_contents: FlowSpec;
  modified: string;
  state: FlowState;
  error_log: string[];
  logs: string[] | null;
  stats: PipelineStats | null;
  /** In plan order. */
  pipelines: Record<string, PipelineStatus>;
  certified: boolean;
}

export interface PlannedPipeline {
  id: string;
  title: string;
  dependencies: { pipeline: string }[];
}

export interface FlowPlan {
  spec: FlowSpec;
  pipelines: PlannedPipeline[];
  warnings: string[];
}

/** Owner and name of a dataset, as they stand in every id. */
export interface FlowAddress {
  owner: string;
  dataset: string;
}

/** These routes say a status and no more; what one may not see is not there. */
async function fetchSource<T>(path: string, request: ApiRequest = {}): Promise<T> {
  try {
    return await fetchApi<T>(path, request);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    const hint = 'A private flow is seen by its owner, and by members of the project that owns it.';
    throw new Problem(404, 'not_found', 'There is no such flow or revision that you may see.', { hint });
  }
}

export const hasFlowEnded = (state: FlowState): boolean => state === 'SUCCEEDED' || state === 'FAILED';

export const pathOf = ({ owner, dataset }: FlowAddress, rest = ''): string =>
  `/source/${encodeURIComponent(owner)}/${encodeURIComponent(dataset)}${rest}`;

/** `latest`, `successful` or a number. */
export const flowRevisionQuery = (address: FlowAddress, revision: string) =>
  queryOptions({
    queryKey: ['flows', address.owner, address.dataset, revision],
    queryFn: ({ signal }) => fetchSource<FlowRevision>(pathOf(address, `/${revision}`), { signal }),
    // The stream of events tells more quickly; this is for when it is cut.
    refetchInterval: ({ state }) => (state.data === undefined || hasFlowEnded(state.data.state) ? false : 5000),
  });

export const flowPlanQuery = (address: FlowAddress, revision: string) =>
  queryOptions({
    queryKey: ['flows', address.owner, address.dataset, revision, 'plan'],
    queryFn: ({ signal }) => fetchSource<FlowPlan>(pathOf(address, `/${revision}/plan`), { signal }),
    // A plan never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** A dataset of flows as lists show it. */
export interface FlowDataset {
  id: string;
  title: string | null;
  findability: Findability;
  certified: boolean;
  latest: number;
  successful: number | null;
  /** Of the newest revision. */
  state: FlowState;
  modified: string;
  /** When the successful revision ended. */
  succeeded_at: string | null;
  schedule: string | null;
  scheduled_for: string | null;
  /** After too many failures in a row; the next accepted spec ends it. */
  paused: boolean;
}

export interface FlowRevisionEntry {
  id: string;
  revision: number;
  state: FlowState;
  origin: 'upload' | 'schedule';
  created: string;
  modified: string;
  ended: string | null;
  error_log: string[];
  /** While it waits for its turn among all flows of the installation. */
  queue: { position: number; of: number; size: 'small' | 'medium' | 'large' } | null;
}

export interface FlowHistory extends FlowDataset {
  /** Newest first, the last hundred. */
  revisions: FlowRevisionEntry[];
}

/** Those the caller owns, alone or through a project. */
export const flowsQuery = queryOptions({
  queryKey: ['flows'],
  queryFn: ({ signal }) => fetchApi<{ datasets: FlowDataset[] }>('/source', { signal }),
  refetchInterval: ({ state }) => (state.data?.datasets.some((found) => !hasFlowEnded(found.state)) ? 3000 : 30_000),
});

/** Newest first. */
export const flowHistoryQuery = (address: FlowAddress) =>
  queryOptions({
    queryKey: ['flows', address.owner, address.dataset],
    queryFn: ({ signal }) => fetchSource<FlowHistory>(pathOf(address), { signal }),
    refetchInterval: ({ state }) =>
      state.data?.revisions.some((revision) => !hasFlowEnded(revision.state)) ? 3000 : 30_000,
  });

export const cancelFlow = (address: FlowAddress, revision: string): Promise<unknown> =>
  fetchSource(pathOf(address, `/${revision}/cancel`), { method: 'POST', body: {} });

export interface UploadAnswer {
  success: boolean;
  dataset_id: string | null;
  flow_id: string | null;
  errors: string[];
}

export const uploadSpec = (spec: unknown): Promise<UploadAnswer> =>
  fetchApi('/source/upload', { method: 'POST', body: spec });

export interface DryRun extends UploadAnswer {
  /** Only of a spec without faults. */
  plan?: FlowPlan;
}

/** All checks of an upload and its plan; nothing is written. */
export const dryRunSpec = (spec: unknown): Promise<DryRun> =>
  fetchApi('/source/upload', { method: 'POST', body: spec, query: { dry_run: true } });

export interface PackageResource {
  name: string;
  path: string;
  format?: string;
  title?: string;
  description?: string;
  bytes?: number;
  rowcount?: number | null;
  hash?: string;
  datahub?: { type?: string; derivedFrom?: string[] };
}

export interface DataPackage {
  name?: string;
  title?: string;
  resources: PackageResource[];
}

/** Packages and files stand under addresses made by the server; they are asked of the server that sent the page. */
export function onThisServer(address: string): string {
  const { pathname, search } = new URL(address, window.location.href);
  return `${pathname}${search}`;
}

export const packageQuery = (address: string) =>
  queryOptions({
    queryKey: ['packages', address],
    queryFn: ({ signal }) => fetchApi<DataPackage>(onThisServer(address), { signal }),
    staleTime: 60_000,
  });

/** A JSON product, such as the validation report. */
export const productQuery = <T>(address: string) =>
  queryOptions({
    queryKey: ['products', address],
    queryFn: ({ signal }) => fetchApi<T>(onThisServer(address), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface FieldChange {
  name: string;
  before: string | null;
  after: string | null;
}

export interface TableChange {
  resource: string;
  change: 'added' | 'removed' | 'changed' | 'same';
  rows: { before: number | null; after: number | null };
  fields: FieldChange[];
}

export interface FlowDiff {
  resources: TableChange[];
}

/** What `to` changed against `from`. */
export const flowDiffQuery = (address: FlowAddress, from: string, to: string) =>
  queryOptions({
    queryKey: ['flows', address.owner, address.dataset, to, 'diff', from],
    queryFn: ({ signal }) => fetchSource<FlowDiff>(pathOf(address, `/${to}/diff/${from}`), { signal }),
  });

/** Steps and columns of a revision. */
export const flowLineageQuery = <T>(address: FlowAddress, revision: string) =>
  queryOptions({
    queryKey: ['flows', address.owner, address.dataset, revision, 'lineage'],
    queryFn: ({ signal }) => fetchSource<T>(pathOf(address, `/${revision}/lineage`), { signal }),
  });
