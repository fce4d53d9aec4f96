import type { Remembered } from './cache-store.ts';
import type { FlowPlan, FlowSpec, JsonObject, Product, Report, UpdateReply } from './pure/flow-spec.ts';
import type { StepRecord } from './pure/step-record.ts';

/**
 * What `runFlow(context, run)` of `run-flow.ts` is handed for one revision. Its contract: it reports `start` and `finish`
 * of each pipeline it works on (those that failed by cascade are told by the reply of `report`, and are skipped), keeps to
 * the order of dependencies, throws only for what is nobody's spec's fault, and heeds the signal.
 */
export interface FlowRun {
  flowId: string;
  spec: FlowSpec;
  plan: FlowPlan;
  /** Pipelines already ended, by an earlier attempt whose worker died: not to be made again. */
  ended: ReadonlyMap<string, { success: boolean; stats: JsonObject; products: Product[] }>;
  /** When the dataset got its first revision and when this one was accepted, ISO 8601 with microseconds and `Z`. */
  createdAt: string;
  acceptedAt: string;
  /** Its title of `meta.owner`, else the id. */
  owner: string;
  /** For the descriptors: the dataset's, `unlisted` in place of `published` until the first success. */
  findability: string;
  certified: boolean;
  /** What package addresses begin with, without a slash at the end; `{base}/{ownerid}/{dataset}/{N}/datapackage.json`. */
  packageBase: string;
  /** Private folder of this run; removed afterwards. */
  folder: string;
  signal: AbortSignal;
  /** A line of the revision's `logs`. */
  log(line: string): void;
  /** Writes state, products and outbox in one transaction. Products only with a successful `finish`. */
  report(report: Report, made?: { products?: Product[]; package?: JsonObject }): Promise<UpdateReply>;
  /** Hashes of the blobs its spec may read. */
  blobs: ReadonlySet<string>;
  /** The rows of `connection:<name>/<query>`; only those whose use was granted when the spec came, and still is. */
  fetchConnection(url: string): Promise<FetchedSource>;
  /** Sources fetched so far; they make the fingerprint, and their blobs are kept from the sweep. */
  keepSources(sources: FetchedSource[]): Promise<void>;
  /** NDJSON of the issues (contract §7.4 columns), for `/{rev}/issues`. */
  keepIssues(issues: { sha256: string; count: number }): Promise<void>;
  /** Whether outcomes are kept for later runs at all. */
  remembers: boolean;
  /** Outcomes of earlier runs by these names (contract §11); what is asked for is used, and stays. */
  recall(keys: string[]): Promise<Remembered[]>;
  remember(outcome: Remembered): Promise<void>;
  /** One whose bytes are lost. */
  forget(key: string): Promise<void>;
  /** What was done to one table, for `/{rev}/lineage` (contract §11); it replaces what an earlier attempt had done. */
  keepLineage(resource: string, steps: StepRecord[]): Promise<void>;
  /** The dataset's last successful revision: for `load`, the schema contract, the cache. */
  previous(): Promise<PreviousRevision | undefined>;
  /** The finished table of a resource, for the next revision's `load` and contract. */
  keepTable(table: KeptTable): Promise<void>;
  /** Tables, issues and lineage are those of the previous revision: nothing was computed anew. */
  keepAsBefore(previous: PreviousRevision): Promise<void>;
  /** `granary://owner/dataset[/revision]` with the owner's read rights; undefined: not there, or not for them. */
  productsOf(
    owner: string,
    dataset: string,
    revision?: string,
  ): Promise<{ flowId: string; package: JsonObject; products: Product[] } | undefined>;
}

export interface PreviousRevision {
  revisionId: string;
  flowId: string;
  package: JsonObject;
  products: (Product & { pipelineId: string })[];
  tables: KeptTable[];
  sources: FetchedSource[];
  fingerprint: string | null;
  /** Stats by id, without the flow's in front: `/cities_csv`, and nothing for the package. */
  pipelines: ReadonlyMap<string, JsonObject>;
}

export interface KeptTable {
  resource: string;
  /** Parquet of the cells as text. */
  sha256: string;
  rows: number;
  /** Table Schema of the finished table. */
  schema: JsonObject;
  /** Fields as they were read from the source, before the steps. */
  arrived: JsonObject[];
}

export interface FetchedSource {
  /** As in the plan, unredacted. */
  url: string;
  sha256: string;
  bytes: number;
  etag?: string;
  lastModified?: string;
  /** After redirects. */
  finalUrl?: string;
}
