import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { redactUrl } from '../../platform/fetch/index.ts';
import { parseNamed } from '../../platform/parse-document.ts';
import type { Tabular } from '../../platform/tabular/index.ts';
import {
  type Cast,
  castTable,
  checkForeignKeys,
  defaultLimits,
  type Loaded,
  loadTable,
  ProductFailure,
  type Referred,
  type Relation,
  type ResourceSelector,
  readerVersion,
  resourcesNamed,
  type SourceTable,
  StepIssues,
  selectResources,
  type TableSchema,
} from '../../recipes/index.ts';
import { SourceFailure } from '../fetch-source.ts';
import { engineVersion } from '../fingerprint.ts';
import type { FlowRun } from '../flow-run.ts';
import type { JsonObject, PlannedResource } from '../pure/flow-spec.ts';
import { loadedBy } from '../pure/loaded-by.ts';
import { hintOf, withoutHint } from '../pure/resolve-source.ts';
import type { InputKey, StepRecord } from '../pure/step-record.ts';
import { castRecord } from './cast-record.ts';
import { doSteps } from './do-steps.ts';
import type { EngineContext as Context } from './engine-context.ts';
import type { Got, Sources } from './get-sources.ts';
import { History } from './history.ts';
import { Memory } from './memory.ts';
import { readingOf } from './reading-of.ts';
import { keyOf } from './step-keys.ts';
import type { Keyed } from './step-list.ts';

export interface Prepared {
  source: SourceTable;
  cast: Cast;
  /** Names the outcome: what bytes, read and cast how. */
  key: string;
  /** Whether an earlier run has read the source. */
  cached: boolean;
  inputs: InputKey[];
}

/** The tables of a revision: each source staged and cast once, each list of steps done once, for all products. */
export class Tables {
  readonly #context: Context;
  readonly #run: FlowRun;
  readonly #tabular: Tabular;
  readonly #sources: Sources;
  readonly #cast = new Map<string, Promise<Prepared>>();
  readonly #prepared = new Map<string, Promise<Prepared>>();
  readonly #final = new Map<string, Promise<Relation>>();
  readonly #issues = new Map<string, StepIssues>();
  /** Names of finished tables, by resource. */
  readonly #keys = new Map<string, string>();
  readonly #history: History;
  readonly #memory: Memory;
  readonly #cached = new Set<string>();
  #loaded = 0;
  /** The package's own keys; steps may add some. */
  readonly package: Record<string, unknown>;

  constructor(context: Context, run: FlowRun, tabular: Tabular, sources: Sources) {
    this.#context = context;
    this.#run = run;
    this.#tabular = tabular;
    this.#sources = sources;
    this.#history = new History(context, run, tabular);
    this.#memory = new Memory(context, run, tabular);
    const { resources: _, ...descriptor } = run.spec.inputs[0].parameters.descriptor;
    this.package = { ...descriptor };
  }

  /** Staged and cast. Throws what stops it: SourceFailure, ProductFailure, or an AppError of a reader. */
  prepare(resource: PlannedResource): Promise<Prepared> {
    return once(this.#prepared, resource.name, async () => {
      const alone = await this.#alone(resource);
      const { source, cast } = alone;
      const read: string[] = [];
      const referred = async (name: string) => {
        const found = await this.#referred(resource.name, name);
        read.push(typeof found === 'string' ? found : found.key);
        return typeof found === 'string' ? found : found.relation;
      };
      const checked = await checkForeignKeys(this.#tabular, { source, cast, policy: resource.policy, referred });
      return { ...alone, cast: checked, key: read.length === 0 ? alone.key : keyOf('foreign-keys', alone.key, read) };
    });
  }

  /** After its steps. Throws a ProductFailure or StepFailure where the table may not become a product. */
  finish(resource: PlannedResource): Promise<Relation> {
    return once(this.#final, resource.name, () => this.#finish(resource));
  }

  /** What its steps have found so far; undefined: it has none, or they were not begun. */
  issuesOf({ name }: PlannedResource): StepIssues | undefined {
    return this.#issues.get(name);
  }

  /** Were all its steps done by an earlier run? */
  isCached({ name }: PlannedResource): boolean {
    return this.#cached.has(name);
  }

  /** Without a look at other tables, which may refer to this one in turn. */
  #alone(resource: PlannedResource): Promise<Prepared> {
    return once(this.#cast, resource.name, () => this.#prepare(resource));
  }

  /** A table of this package as its source has it, for foreign keys. */
  async #referred(from: string, name: string): Promise<Keyed | Exclude<Referred, Relation>> {
    const resource = this.#run.plan.resources.find((one) => one.type === 'source/tabular' && one.name === name);
    if (resource === undefined) return 'unknown';
    try {
      const { cast, key } = await this.#alone(resource);
      return { relation: cast.relation, key };
    } catch (error) {
      // It has its own entry in the report; an error of ours is met again there.
      this.#run.signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      this.#run.log(`${from}: the foreign key to ${name} is not checked: ${reason}`);
      return 'unreadable';
    }
  }

  async #prepare(resource: PlannedResource): Promise<Prepared> {
    const n = this.#number(resource.name);
    const got = await this.#sources.get(resource.input, resource.source);
    const { options, names } = readingOf(resource);
    const name = nameOf(got.urls[0], resource);
    const { tabulator } = resource;
    const stage = keyOf('stage', readerVersion, got.sha256, { ending: endingOf(name), options, names, tabulator });
    const table = `source_${n}`;
    const load = () =>
      loadTable(this.#tabular, {
        file: got.file,
        name,
        folder: path.join(this.#run.folder, `table-${n}`),
        table,
        options,
        names,
        tabulator: resource.tabulator,
        limits: defaultLimits,
        signal: this.#run.signal,
      });
    const { source, cached } = await this.#memory.staged(stage, table, load);
    for (const remark of source.remarks) this.#run.log(`${resource.name}: ${remark}`);
    const schema = typeof resource.schema === 'string' ? await this.#schemaAt(resource.schema) : resource.schema;
    const { policy } = resource;
    const contract = await this.#history.contractOf(resource);
    const cast = await castTable(this.#tabular, {
      resource: resource.name,
      source,
      schema: schema as TableSchema | undefined,
      policy,
      contract,
      signal: this.#run.signal,
      table: `table_${n}`,
      descriptor: { ...resource.descriptor },
    });
    if (schema === undefined) {
      const fields = cast.schema.fields.map(({ name, type }) => `${name} ${type}`).join(', ');
      this.#run.log(`${resource.name}: types inferred over ${source.rowCount} rows: ${fields}`);
    }
    this.#history.arrived(resource, cast.schema.fields);
    // What agreeing with the last success has changed shows in fields and columns, but for rows and values it refuses.
    const evolves = [contract?.columns, contract?.dataType].every((mode) => mode === undefined || mode === 'evolve');
    const made = { schema: cast.schema, columns: cast.columns, policy, contract: evolves ? undefined : contract };
    const key = keyOf('cast', engineVersion, stage, made);
    return { source, cast, key, cached, inputs: await this.#inputs(got) };
  }

  async #finish(resource: PlannedResource): Promise<Relation> {
    const prepared = await this.prepare(resource);
    const { cast } = prepared;
    const records = [castRecord(resource, { ...prepared, rows: await this.#rowsOf(cast.relation) })];
    try {
      if (cast.failure !== undefined) throw cast.failure;
      const done =
        resource.steps.length === 0
          ? { relation: cast.relation, key: prepared.key }
          : await this.#steps(resource, prepared, records);
      const settled = await this.#history.settle(resource, done);
      if (settled.record !== undefined) records.push(settled.record);
      this.#keys.set(resource.name, settled.key);
      return settled.relation;
    } finally {
      await this.#run.keepLineage(resource.name, records);
    }
  }

  async #steps(resource: PlannedResource, prepared: Prepared, records: StepRecord[]): Promise<Keyed> {
    const { cast, key } = prepared;
    const tables = this.#run.plan.resources.filter(
      ({ type, name }) => type === 'source/tabular' && name !== resource.name,
    );
    const names = tables.map(({ name }) => name);
    const others = new Map<string, Relation>();
    for (const name of resourcesNamed(resource.steps, names))
      others.set(name, await this.finish(tables.find((one) => one.name === name)!));
    const table = `table_${this.#number(resource.name)}_steps`;
    const issues = await StepIssues.open(this.#tabular, table, { table: cast.issues, counts: cast.counts });
    this.#issues.set(resource.name, issues);
    const done = await doSteps({
      run: this.#run,
      tabular: this.#tabular,
      memory: this.#memory,
      resource,
      cast,
      key: keyOf('steps', resource.name, resource.descriptor, key),
      issues,
      context: {
        tabular: this.#tabular,
        package: this.package,
        others,
        load: (url, options) => this.#load(url, options),
        loadPackage: async (url) => parseNamed(new URL(url).pathname, await this.#text(url)) as Record<string, unknown>,
        log: (line) => this.#run.log(line),
        signal: this.#run.signal,
      },
      inputsOf: (step) => this.#inputsOf(step, names),
      done: (record) => void records.push(record),
    });
    if (done.cached) this.#cached.add(resource.name);
    return done;
  }

  async #rowsOf({ table }: Relation): Promise<number> {
    const [row] = await this.#tabular.rows(`select count(*)::double as n from ${table}`);
    return Number(row?.n ?? 0);
  }

  /** Other tables by the name of their outcome, addresses by the bytes there. */
  async #inputsOf(step: PlannedResource['steps'][number], names: string[]): Promise<InputKey[] | undefined> {
    const tables = resourcesNamed([step], names).map((table) => ({ table, step: this.#keys.get(table)! }));
    const url = loadedBy(step);
    if (url === undefined) return tables;
    try {
      if (isDataset(url)) {
        const { flowId: dataset, resource, sha256 } = await this.#sources.dataset(url, choosing(step.parameters));
        return [...tables, { dataset, resource, blob: `sha256:${sha256}` }];
      }
      return [...tables, { source: url, blob: `sha256:${(await this.#sources.fetch(url)).sha256}` }];
    } catch (error) {
      // The step says so, or leaves it out.
      this.#run.signal.throwIfAborted();
      if (error instanceof SourceFailure) return undefined;
      throw error;
    }
  }

  async #load(address: string, options: Record<string, unknown>): Promise<Loaded> {
    this.#loaded += 1;
    const text = (key: string) => (typeof options[key] === 'string' ? (options[key] as string) : undefined);
    const dataset = isDataset(address) ? await this.#sources.dataset(address, choosing(options)) : undefined;
    const url = dataset?.address ?? withoutHint(address);
    const format =
      dataset === undefined
        ? (text('format') ?? hintOf(address) ?? (address.startsWith('connection:') ? 'ndjson' : undefined))
        : 'csv';
    const { cast } = await this.prepare({
      name: `loaded-${this.#loaded}`,
      type: 'source/tabular',
      source: { urls: [url], ...(format === undefined ? {} : { format }) },
      input: `\0${url}`,
      archivePath: '',
      // A table of ours is read as it was written.
      tabulator:
        dataset === undefined ? (options as PlannedResource['tabulator']) : { delimiter: ',', encoding: 'utf-8' },
      ...(dataset?.schema === undefined ? {} : { schema: withoutForeignKeys(dataset.schema) }),
      steps: [],
      policy: { width: 'reject_row', cast: 'fail', unique: 'report', maxRejects: { count: 10, ratio: 0.01 } },
      descriptor: {},
    });
    if (cast.failure !== undefined) throw cast.failure;
    return { ...cast.relation, resource: dataset?.resource ?? cast.relation.resource, source: url };
  }

  async #inputs({ urls, sha256 }: Got): Promise<InputKey[]> {
    if (urls.length === 0) return [{ source: `blob:sha256:${sha256}`, blob: `sha256:${sha256}` }];
    return Promise.all(
      urls.map(async (source) => ({ source, blob: `sha256:${(await this.#sources.fetch(source)).sha256}` })),
    );
  }

  async #schemaAt(url: string): Promise<TableSchema> {
    try {
      return JSON.parse(await this.#text(url)) as TableSchema;
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new ProductFailure('init', [`Table Schema error: the schema at ${redactUrl(url)} is no JSON`]);
      throw error;
    }
  }

  async #text(url: string): Promise<string> {
    const { sha256 } = await this.#sources.fetch(url);
    return readFile(await this.#context.blobs.localFile(sha256, this.#run.folder), 'utf8');
  }

  #number(name: string): number {
    const at = this.#run.plan.resources.findIndex((one) => one.name === name);
    return at === -1 ? this.#run.plan.resources.length + this.#loaded : at + 1;
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  made.catch(() => undefined);
  known.set(key, made);
  return made;
}

/** Only the ending counts, and a given format is stronger. */
function nameOf(url: string | undefined, { source, name, tabulator }: PlannedResource): string {
  const given = typeof tabulator.format === 'string' ? tabulator.format : source.format;
  if (given !== undefined) return `${name}.${given}`;
  if (url === undefined) return `${name}.json`;
  return URL.canParse(url) ? (new URL(url).pathname.split('/').pop() ?? name) : name;
}

/** What of a name says how to read it. */
const endingOf = (name: string): string => (name.includes('.') ? name.slice(name.indexOf('.')).toLowerCase() : '');

const isDataset = (url: string): boolean => /^granary:\/\//i.test(url);

/** As the step's `resource` says. */
const choosing =
  ({ resource }: { resource?: unknown }) =>
  (names: string[]): string[] =>
    selectResources(resource as ResourceSelector, names);

/** Its other tables are not here. */
function withoutForeignKeys({ foreignKeys: _, ...schema }: JsonObject): JsonObject {
  return schema;
}
