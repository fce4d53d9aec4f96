import type { Json } from '../../runs/index.ts';

/** Any JSON object; what stands in it is checked where it is used. */
export type JsonObject = { [key: string]: Json | undefined };

export type Findability = 'published' | 'unlisted' | 'private';

/** One step of a `dpp` list. */
export interface StepSpec {
  run: string;
  parameters: JsonObject;
}

/** Contract §7.4; defaults are filled in by the planner. */
export interface Policy {
  width: 'reject_row' | 'pad' | 'trim' | 'fail';
  cast: 'fail' | 'reject_row' | 'null_value';
  unique: 'report' | 'fail' | 'reject_row';
  maxRejects: { count: number; ratio: number };
}

export interface ProcessingSpec {
  input: string;
  output: string;
  /** A list of objects is merged into one. */
  tabulator?: JsonObject;
  schema?: JsonObject | string;
  dpp?: StepSpec[];
  policy?: JsonObject;
}

/** A flow spec after normalisation (contract §5.5). It is a spec itself: normalising it again changes nothing. */
export interface FlowSpec {
  meta: {
    owner?: string;
    ownerid: string;
    dataset: string;
    findability: Findability;
    supersede?: boolean;
    [key: string]: Json | undefined;
  };
  inputs: [
    {
      kind: 'datapackage';
      /** Base of relative paths. */
      url?: string;
      parameters: {
        descriptor: JsonObject & { resources: JsonObject[] };
        'resource-mapping'?: { [pathOrName: string]: string };
        'infer-schema'?: boolean;
      };
    },
  ];
  processing: ProcessingSpec[];
  /** Has exactly one `zip`. */
  outputs: { kind: string; parameters: JsonObject }[];
  policy?: JsonObject;
  schedule?: string;
  schedule_options?: JsonObject;
  contract?: JsonObject;
  load?: { mode: 'replace' | 'append' | 'upsert'; key: string[] };
}

export interface PlannedSource {
  /**
   * `http(s)://…`, `blob:sha256:<hex>` or `connection:<name>/<query>`, already mapped and absolute; the tables of several are
   * concatenated. Empty: `data` has it. One that cannot be resolved stays as it is, and fails the pipelines that need it.
   */
  urls: string[];
  /** Inline rows or text. */
  data?: Json;
  /** Lower case, without dot. Undefined: by media type or content. */
  format?: string;
}

/** What products are made of: a resource of the descriptor, or the output of a processing step. */
export interface PlannedResource {
  name: string;
  /** `original` and `source/non-tabular` are only copied; of those only `original` not named `…_original` into the package. */
  type: 'source/tabular' | 'source/non-tabular' | 'original';
  source: PlannedSource;
  /** Name of the input resource whose bytes these are; resources of one input read it once. */
  input: string;
  /** Path of the copy: `archive/{input}.{ext}`. */
  archivePath: string;
  /** Merged tabulator options and dialect (v1 and v2 mapped onto them), the former winning. */
  tabulator: JsonObject;
  /** Undefined: inferred. A string is a URL, fetched when the run starts. */
  schema?: JsonObject | string;
  steps: StepSpec[];
  policy: Policy;
  /** What the descriptor says of it, without name, path, data, schema, format, dialect and encoding. */
  descriptor: JsonObject;
  /** The descriptor's `encoding`, where it has one and the tabulator does not. */
  encoding?: string;
}

export type PipelineKind = 'report' | 'csv' | 'json' | 'zip' | 'preview' | 'copy' | 'parquet' | 'sqlite' | 'package';

export interface PlannedPipeline {
  /** `{ownerid}/{dataset}/{N}/{…}`; that of the last one is the flow's. */
  id: string;
  title: string;
  kind: PipelineKind;
  /** Of csv, json, preview, copy, parquet: name of the planned resource. */
  resource?: string;
  /** Name of the resource it adds to the package, such as `cities_csv`; undefined for the package itself. */
  product?: string;
  /** Of zip and sqlite: `parameters.out-file`. */
  outFile?: string;
  /** Ids. */
  dependencies: string[];
}

export interface FlowPlan {
  flowId: string;
  /** In the order of the package. */
  resources: PlannedResource[];
  /** In plan order (contract §6.1). */
  pipelines: PlannedPipeline[];
  warnings: string[];
}

/** As stored; the API says QUEUED, INPROGRESS, SUCCEEDED, FAILED. */
export type FlowStatus = 'pending' | 'running' | 'success' | 'failed';

export interface PipelineState {
  id: string;
  dependencies: string[];
  status: FlowStatus;
  stats: JsonObject;
  errorLog: string[];
}

export interface FlowState {
  id: string;
  status: FlowStatus;
  errorLog: string[];
  stats: JsonObject | null;
  /** In plan order. */
  pipelines: PipelineState[];
}

/** What happened to a pipeline: said by our runner or, through `POST /source/update`, by somebody else's. */
export interface Report {
  pipeline: string;
  /** `queue`, `start`, `progress`, `finish`; any other is answered as unknown. */
  event: string;
  success?: boolean;
  errors?: string[];
  stats?: JsonObject;
  log?: string[];
}

export type Effect =
  /** The flow became terminal just now; there is exactly one of these in its life. */
  | { kind: 'flow-finished'; success: boolean; pipeline: string; errors: string[] }
  /** The flow left `pending`. */
  | { kind: 'flow-started'; pipeline: string }
  /** A pipeline became terminal, by report or by cascade. */
  | { kind: 'pipeline-finished'; pipeline: string; success: boolean; errors: string[] };

export interface UpdateReply {
  success: 'pending' | 'success' | 'fail';
  status: FlowStatus | null;
  id: string | null;
  errors: string[];
}

/** A file in the blob store that a pipeline wrote; stored in the transaction that reports the pipeline's end. */
export interface Product {
  /** Name in the package, such as `cities_csv` or `cities_rejects`. */
  resource: string;
  /** Path without hash folder: `data/cities_csv.csv`, `archive/cities.csv`. */
  path: string;
  sha256: string;
  bytes: number;
  /** Null where rows mean nothing. */
  rowcount: number | null;
  mediaType: string;
  /** As it stands in the package's `resources`, with absolute URL, hash and bytes. */
  descriptor: JsonObject;
  /** The product's own `datapackage.json`, target of `out-datapackage-url`. */
  package: JsonObject;
}
