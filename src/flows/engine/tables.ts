import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { redactUrl } from '../../platform/fetch/index.ts';
import { parseNamed } from '../../platform/parse-document.ts';
import type { Tabular } from '../../platform/tabular/index.ts';
import {
  type Cast,
  castTable,
  checkForeignKeys,
  checkResult,
  defaultLimits,
  loadTable,
  ProductFailure,
  type Referred,
  type Relation,
  rejectsFailure,
  resourcesNamed,
  runSteps,
  type SourceTable,
  type StepContext,
  StepIssues,
  type TableSchema,
} from '../../recipes/index.ts';
import type { FlowRun } from '../flow-run.ts';
import type { PlannedResource } from '../pure/flow-spec.ts';
import type { EngineContext as Context } from './engine-context.ts';
import type { Sources } from './get-sources.ts';
import { History } from './history.ts';
import { readingOf } from './reading-of.ts';

export interface Prepared {
  source: SourceTable;
  cast: Cast;
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
  readonly #history: History;
  #loaded = 0;
  /** The package's own keys; steps may add some. */
  readonly package: Record<string, unknown>;

  constructor(context: Context, run: FlowRun, tabular: Tabular, sources: Sources) {
    this.#context = context;
    this.#run = run;
    this.#tabular = tabular;
    this.#sources = sources;
    this.#history = new History(context, run, tabular);
    const { resources: _, ...descriptor } = run.spec.inputs[0].parameters.descriptor;
    this.package = { ...descriptor };
  }

  /** Staged and cast. Throws what stops it: SourceFailure, ProductFailure, or an AppError of a reader. */
  prepare(resource: PlannedResource): Promise<Prepared> {
    return once(this.#prepared, resource.name, async () => {
      const { source, cast } = await this.#alone(resource);
      const referred = (name: string) => this.#referred(resource.name, name);
      return {
        source,
        cast: await checkForeignKeys(this.#tabular, { source, cast, policy: resource.policy, referred }),
      };
    });
  }

  /** After its steps. Throws a ProductFailure or StepFailure where the table may not become a product. */
  finish(resource: PlannedResource): Promise<Relation> {
    return once(this.#final, resource.name, async () => this.#history.settle(resource, await this.#finish(resource)));
  }

  /** What its steps have found so far; undefined: it has none, or they were not begun. */
  issuesOf({ name }: PlannedResource): StepIssues | undefined {
    return this.#issues.get(name);
  }

  /** Without a look at other tables, which may refer to this one in turn. */
  #alone(resource: PlannedResource): Promise<Prepared> {
    return once(this.#cast, resource.name, () => this.#prepare(resource));
  }

  /** A table of this package as its source has it, for foreign keys. */
  async #referred(from: string, name: string): Promise<Referred> {
    const resource = this.#run.plan.resources.find((one) => one.type === 'source/tabular' && one.name === name);
    if (resource === undefined) return 'unknown';
    try {
      return (await this.#alone(resource)).cast.relation;
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
    const source = await loadTable(this.#tabular, {
      file: got.file,
      name: nameOf(got.urls[0], resource),
      folder: path.join(this.#run.folder, `table-${n}`),
      table: `source_${n}`,
      options,
      names,
      tabulator: resource.tabulator,
      limits: defaultLimits,
      signal: this.#run.signal,
    });
    for (const remark of source.remarks) this.#run.log(`${resource.name}: ${remark}`);
    const schema = typeof resource.schema === 'string' ? await this.#schemaAt(resource.schema) : resource.schema;
    const cast = await castTable(this.#tabular, {
      resource: resource.name,
      source,
      schema: schema as TableSchema | undefined,
      policy: resource.policy,
      contract: await this.#history.contractOf(resource),
      signal: this.#run.signal,
      table: `table_${n}`,
      descriptor: { ...resource.descriptor },
    });
    if (schema === undefined) {
      const fields = cast.schema.fields.map(({ name, type }) => `${name} ${type}`).join(', ');
      this.#run.log(`${resource.name}: types inferred over ${source.rowCount} rows: ${fields}`);
    }
    this.#history.arrived(resource, cast.schema.fields);
    return { source, cast };
  }

  async #finish(resource: PlannedResource): Promise<Relation> {
    const { cast } = await this.prepare(resource);
    if (cast.failure !== undefined) throw cast.failure;
    if (resource.steps.length === 0) return cast.relation;
    const relations = new Map([[resource.name, cast.relation]]);
    const tables = this.#run.plan.resources.filter(
      ({ type, name }) => type === 'source/tabular' && name !== resource.name,
    );
    const read = resourcesNamed(
      resource.steps,
      tables.map(({ name }) => name),
    );
    const others = new Map<string, Relation>();
    for (const name of read) others.set(name, await this.finish(tables.find((one) => one.name === name)!));
    const table = `table_${this.#number(resource.name)}_steps`;
    const issues = await StepIssues.open(this.#tabular, table, { table: cast.issues, counts: cast.counts });
    this.#issues.set(resource.name, issues);
    const context: StepContext = {
      tabular: this.#tabular,
      package: this.package,
      relations,
      others,
      load: (url, options) => this.#load(url, options),
      loadPackage: async (url) => parseNamed(new URL(url).pathname, await this.#text(url)) as Record<string, unknown>,
      log: (line) => this.#run.log(line),
      badCell: resource.policy.cast,
      notUnique: resource.policy.unique,
      issues,
      signal: this.#run.signal,
    };
    await runSteps(context, resource.steps);
    const result = relations.get(resource.name) ?? (relations.size === 1 ? [...relations.values()][0] : undefined);
    if (result === undefined)
      throw new ProductFailure(resource.steps.at(-1)!.run, [`No table is called ${resource.name} after the last step`]);
    // The only one left may bear another name; what it becomes is called as the spec does.
    const named = { ...result, resource: resource.name };
    const checked = await checkResult(context, named, resource.steps.length);
    await this.#allowRejects(resource, { cast, issues, checked });
    return checked;
  }

  /** Rows that steps have left out count with those of the source. */
  async #allowRejects(
    { policy }: PlannedResource,
    { cast, issues, checked }: { cast: Cast; issues: StepIssues; checked: Relation },
  ): Promise<void> {
    if (issues.rejecting === undefined) return;
    const kept = await this.#rowsOf(checked);
    const rejectedRows = cast.rejectedRows + issues.rejectedRows;
    const total = Math.max((await this.#rowsOf(cast.relation)) + cast.rejectedRows, kept + rejectedRows);
    const line = rejectsFailure(policy, { rejectedRows, kept, total });
    if (line !== undefined) throw new ProductFailure(issues.rejecting, [line]);
  }

  async #rowsOf({ table }: Relation): Promise<number> {
    const [row] = await this.#tabular.rows(`select count(*)::double as n from ${table}`);
    return Number(row?.n ?? 0);
  }

  async #load(url: string, options: Record<string, unknown>): Promise<Relation> {
    this.#loaded += 1;
    const name = `loaded-${this.#loaded}`;
    const text = (key: string) => (typeof options[key] === 'string' ? (options[key] as string) : undefined);
    const { cast } = await this.prepare({
      name,
      type: 'source/tabular',
      source: { urls: [url], ...(text('format') === undefined ? {} : { format: text('format')! }) },
      input: `\0${url}`,
      archivePath: '',
      tabulator: options as PlannedResource['tabulator'],
      steps: [],
      policy: { width: 'reject_row', cast: 'fail', unique: 'report', maxRejects: { count: 10, ratio: 0.01 } },
      descriptor: {},
    });
    if (cast.failure !== undefined) throw cast.failure;
    return cast.relation;
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
