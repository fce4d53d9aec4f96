import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { redactUrl } from '../platform/fetch/index.ts';
import { literal, openTabular, type Tabular } from '../platform/tabular/index.ts';
import {
  distinctNames,
  issuesSql,
  previewRows,
  type Relation,
  type ReportEntry,
  reportFailure,
  reportTable,
  type StepIssues,
  writeCsv,
  writeJson,
  writeParquet,
  writeRejects,
  writeSqlite,
} from '../recipes/index.ts';
import {
  csvDialect,
  describePackage,
  describeProduct,
  nameOf,
  productPackageUrl,
  type Stored,
  schemaOf,
} from './engine/describe.ts';
import type { EngineContext as Context } from './engine/engine-context.ts';
import { errorLogOf, sourceProblem } from './engine/failure-words.ts';
import { Sources } from './engine/get-sources.ts';
import { findReusable, type Reused } from './engine/reuse.ts';
import { Tables } from './engine/tables.ts';
import { type Member, writeZip } from './engine/write-zip.ts';
import type { FlowRun } from './flow-run.ts';
import type { JsonObject, PlannedPipeline, PlannedResource, Product } from './pure/flow-spec.ts';

interface Made {
  products: Product[];
  stats: JsonObject;
  package?: JsonObject;
}

/**
 * Runs one revision: every source is fetched and staged once, and all products come from the same tables. What is wrong with
 * sources, rows and steps ends the pipelines that need them (contract flows §6); anything else ends the attempt.
 */
export async function runFlow(context: Context, run: FlowRun): Promise<void> {
  const tabular = await openTabular({
    workFolder: run.folder,
    memoryBytes: context.config.flowMemoryBytes,
    temporaryBytes: context.config.flowTemporaryBytes,
    signal: run.signal,
  });
  try {
    const sources = new Sources(context, run);
    const reused = await findReusable(context, run, sources);
    const flow = new Pipelines(context, run, tabular, sources, new Tables(context, run, tabular, sources), reused);
    for (const pipeline of run.plan.pipelines) await flow.work(pipeline);
  } finally {
    tabular.close();
  }
}

class Pipelines {
  readonly #context: Context;
  readonly #run: FlowRun;
  readonly #tabular: Tabular;
  readonly #sources: Sources;
  readonly #tables: Tables;
  readonly #reused: Reused | undefined;
  readonly #failed = new Set<string>();
  readonly #products = new Map<string, Product[]>();
  readonly #stats = new Map<string, JsonObject>();

  constructor(
    context: Context,
    run: FlowRun,
    tabular: Tabular,
    sources: Sources,
    tables: Tables,
    reused: Reused | undefined,
  ) {
    this.#reused = reused;
    this.#context = context;
    this.#run = run;
    this.#tabular = tabular;
    this.#sources = sources;
    this.#tables = tables;
  }

  async work(pipeline: PlannedPipeline): Promise<void> {
    const run = this.#run;
    run.signal.throwIfAborted();
    const before = run.ended.get(pipeline.id);
    if (before !== undefined) {
      if (!before.success) this.#failed.add(pipeline.id);
      this.#products.set(pipeline.id, before.products);
      this.#stats.set(pipeline.id, before.stats);
      return;
    }
    // Ended by the cascade when its dependency did.
    if (pipeline.dependencies.some((id) => this.#failed.has(id))) {
      this.#failed.add(pipeline.id);
      return;
    }
    await run.report({ pipeline: pipeline.id, event: 'start' });
    try {
      const made = this.#reused?.make(pipeline) ?? (await this.#make(pipeline));
      const { products, package: whole }: Made = made;
      const stats = this.#isCached(pipeline) ? { ...made.stats, cached: true } : made.stats;
      this.#products.set(pipeline.id, products);
      this.#stats.set(pipeline.id, stats);
      await run.report(
        { pipeline: pipeline.id, event: 'finish', success: true, stats },
        { products, ...(whole === undefined ? {} : { package: whole }) },
      );
    } catch (error) {
      run.signal.throwIfAborted();
      const errors = errorLogOf(error, this.#context.config);
      this.#failed.add(pipeline.id);
      await run.report({ pipeline: pipeline.id, event: 'finish', success: false, errors, stats: {} });
    }
  }

  /** Is what it was made of the outcome of an earlier run? */
  #isCached({ kind, resource }: PlannedPipeline): boolean {
    const ofTable = ['csv', 'json', 'preview', 'parquet'].includes(kind);
    return ofTable && this.#tables.isCached(this.#run.plan.resources.find(({ name }) => name === resource)!);
  }

  #make(pipeline: PlannedPipeline): Promise<Made> {
    switch (pipeline.kind) {
      case 'report':
        return this.#report(pipeline);
      case 'csv':
        return this.#csv(pipeline);
      case 'json':
        return this.#json(pipeline);
      case 'preview':
        return this.#preview(pipeline);
      case 'copy':
        return this.#copy(pipeline);
      case 'parquet':
        return this.#parquet(pipeline);
      case 'sqlite':
        return this.#sqlite(pipeline);
      case 'zip':
        return this.#zip(pipeline);
      case 'package':
        return Promise.resolve(this.#package());
    }
  }

  async #report(pipeline: PlannedPipeline): Promise<Made> {
    const entries: ReportEntry[] = [];
    const issues: string[] = [];
    for (const resource of this.#run.plan.resources) {
      if (resource.type !== 'source/tabular') continue;
      const about = aboutOf(resource);
      try {
        const prepared = await this.#tables.prepare(resource);
        const steps = await this.#stepIssues(resource);
        entries.push(await reportTable(this.#tabular, { ...prepared, steps, about }));
        const found = issuesSql(prepared.cast, steps);
        issues.push(`select ${literal(resource.name)} as resource, * exclude (raw) from (${found})`);
      } catch (error) {
        const failure = sourceProblem(error);
        entries.push(reportFailure(about, resource.source.format ?? 'csv', failure));
      }
    }
    if (issues.length > 0) await this.#keepIssues(issues);
    const file = this.#file('validation_report.json');
    await writeFile(file, JSON.stringify(entries));
    return this.#product(
      pipeline,
      file,
      'data/validation_report.json',
      null,
      'application/json',
      {
        description: 'Validation report for tabular data',
        format: 'json',
        datahub: { type: 'derived/report' },
      },
      `${nameOf(this.#run)}-report`,
    );
  }

  /** What the steps find belongs into the report; what stops them is told by the products that need them. */
  async #stepIssues(resource: PlannedResource): Promise<StepIssues | undefined> {
    if (resource.steps.length === 0) return undefined;
    try {
      await this.#tables.finish(resource);
    } catch (error) {
      this.#run.signal.throwIfAborted();
      errorLogOf(error, this.#context.config);
    }
    return this.#tables.issuesOf(resource);
  }

  async #keepIssues(tables: string[]): Promise<void> {
    const file = this.#file('issues.ndjson');
    await this.#tabular.run(
      `copy (${tables.join(' union all ')} order by resource, step_index nulls first, row_number, column_number, code, message) to ${literal(file)} (format json)`,
    );
    const [row] = await this.#tabular.rows(`select count(*)::double as n from (${tables.join(' union all ')})`);
    const blob = await this.#context.blobs.putFile(file);
    await this.#run.keepIssues({ sha256: blob.sha256, count: Number(row?.n ?? 0) });
  }

  async #csv(pipeline: PlannedPipeline): Promise<Made> {
    const resource = this.#resource(pipeline);
    const relation = await this.#tables.finish(resource);
    const name = `${resource.name}_csv`;
    const file = this.#file(`${name}.csv`);
    const rows = await writeCsv(this.#tabular, relation, file);
    const made = await this.#product(pipeline, file, `data/${name}.csv`, rows, 'text/csv', {
      ...described(relation),
      type: 'table',
      format: 'csv',
      mediatype: 'text/csv',
      encoding: 'utf-8',
      dialect: csvDialect,
      schema: schemaOf(relation),
      datahub: { type: 'derived/csv', derivedFrom: [resource.name] },
    });
    const { cast, source } = await this.#tables.prepare(resource);
    const rejects = this.#file(`${resource.name}_rejects.csv`);
    const steps = this.#tables.issuesOf(resource);
    const n = await writeRejects(this.#tabular, { cast, steps, source }, rejects);
    if (n > 0) {
      const rejected = await this.#store(
        `${resource.name}_rejects`,
        rejects,
        `data/${resource.name}_rejects.csv`,
        n,
        'text/csv',
      );
      made.products.push(
        describeProduct(this.#run, rejected, {
          format: 'csv',
          datahub: { type: 'derived/rejects', derivedFrom: [resource.name] },
        }),
      );
      made.stats.rejected_rows = cast.rejectedRows + (steps?.rejectedRows ?? 0);
    }
    return made;
  }

  async #json(pipeline: PlannedPipeline): Promise<Made> {
    const resource = this.#resource(pipeline);
    const relation = await this.#tables.finish(resource);
    const name = `${resource.name}_json`;
    const file = this.#file(`${name}.json`);
    const rows = await writeJson(this.#tabular, relation, file);
    return this.#product(pipeline, file, `data/${name}.json`, rows, 'application/json', {
      ...described(relation),
      type: 'table',
      format: 'json',
      mediatype: 'application/json',
      schema: schemaOf(relation),
      datahub: { type: 'derived/json', derivedFrom: [resource.name] },
    });
  }

  async #preview(pipeline: PlannedPipeline): Promise<Made> {
    const resource = this.#resource(pipeline);
    const relation = await this.#tables.finish(resource);
    const name = `${resource.name}_csv_preview`;
    const file = this.#file(`${name}.json`);
    const [count] = await this.#tabular.rows(`select count(*)::double as n from ${relation.table}`);
    const isLong = Number(count?.n ?? 0) > previewRows;
    if (isLong) await writeJson(this.#tabular, relation, file, previewRows);
    else await writeFile(file, '[]');
    const rows = isLong ? previewRows : 0;
    const made = await this.#product(pipeline, file, `data/${name}.json`, rows, 'application/json', {
      format: 'json',
      schema: schemaOf(relation),
      datahub: { type: 'derived/preview', derivedFrom: [resource.name] },
      forView: [`datahub-preview-${name}`],
    });
    // A short one is made and left out of the package.
    return isLong ? made : { ...made, products: [] };
  }

  async #copy(pipeline: PlannedPipeline): Promise<Made> {
    const resource = this.#resource(pipeline);
    const got = await this.#sources.get(resource.input, resource.source);
    const stored: Stored = {
      resource: resource.name,
      path: resource.archivePath,
      sha256: got.sha256,
      bytes: got.bytes,
      rowcount: null,
      mediaType: 'application/octet-stream',
    };
    return this.#madeOf(stored, copyDescriptor(resource));
  }

  async #parquet(pipeline: PlannedPipeline): Promise<Made> {
    const resource = this.#resource(pipeline);
    const relation = distinctNames(await this.#tables.finish(resource));
    const name = `${resource.name}_parquet`;
    const file = this.#file(`${name}.parquet`);
    const rows = await writeParquet(this.#tabular, relation, file, schemaOf(relation));
    return this.#product(pipeline, file, `data/${name}.parquet`, rows, 'application/vnd.apache.parquet', {
      format: 'parquet',
      mediatype: 'application/vnd.apache.parquet',
      schema: schemaOf(relation),
      datahub: { type: 'derived/parquet', derivedFrom: [resource.name] },
    });
  }

  async #sqlite(pipeline: PlannedPipeline): Promise<Made> {
    const relations: Relation[] = [];
    for (const resource of this.#tabularResources()) relations.push(await this.#tables.finish(resource));
    const file = this.#file(`sqlite-${pipeline.outFile}`);
    for (const line of await writeSqlite(this.#tabular, relations, this.#tables.package, file)) this.#run.log(line);
    return this.#product(pipeline, file, `data/${pipeline.outFile}`, null, 'application/vnd.sqlite3', {
      format: 'sqlite',
      datahub: { type: 'derived/sqlite' },
    });
  }

  async #zip(pipeline: PlannedPipeline): Promise<Made> {
    const members: Member[] = [];
    const listed: JsonObject[] = [];
    // Each input once, as it came: the tables made of it, such as the sheets of one workbook, share the member.
    for (const original of this.#run.plan.resources.filter(({ type }) => type === 'original')) {
      const { file, sha256, bytes } = await this.#sources.get(original.input, original.source);
      members.push({ name: original.archivePath, file });
      const described = { ...copyDescriptor(original), bytes, hash: `sha256:${sha256}` };
      listed.push({ name: original.name, path: original.archivePath, ...described });
    }
    const products = this.#madeBefore().filter(({ path: at }) => !at.endsWith('_rejects.csv'));
    for (const product of products) {
      members.push({ name: product.path, file: await this.#context.blobs.localFile(product.sha256, this.#run.folder) });
      listed.push({ ...product.descriptor, path: product.path });
    }
    const { readme, ...keys } = this.#tables.package as JsonObject;
    if (typeof readme === 'string') {
      members.push({ name: 'README.md', text: readme });
      listed.push({ name: 'readme', format: 'md', path: 'README.md' });
    }
    members.push({ name: 'datapackage.json', text: JSON.stringify({ ...keys, resources: listed }, undefined, 2) });
    const file = this.#file(`zip-${pipeline.outFile}`);
    await writeZip(members, file);
    return this.#product(pipeline, file, `data/${pipeline.outFile}`, null, 'application/zip', {
      description:
        'Compressed versions of dataset. Includes normalized CSV and JSON data with original data and datapackage.json.',
      format: 'zip',
      datahub: { type: 'derived/zip' },
    });
  }

  #package(): Made {
    const products = this.#madeBefore();
    const made = describePackage(this.#run, {
      keys: this.#reused?.keys ?? (this.#tables.package as JsonObject),
      products,
    });
    const { stats, hash } = made.datahub as { stats: { rowcount: number; bytes: number }; hash: string };
    const url = `${this.#run.packageBase}/${this.#run.flowId}/datapackage.json`;
    return {
      products: [],
      package: made,
      stats: {
        bytes: stats.bytes,
        count_of_rows: stats.rowcount,
        dataset_name: nameOf(this.#run),
        hash,
        ...(this.#reused === undefined ? {} : { unchanged: true }),
        '.dpp': { 'out-datapackage-url': url },
      },
    };
  }

  /** In plan order. */
  #madeBefore(): Product[] {
    return this.#run.plan.pipelines.flatMap(({ id }) => this.#products.get(id) ?? []);
  }

  async #product(
    pipeline: PlannedPipeline,
    file: string,
    at: string,
    rows: number | null,
    mediaType: string,
    descriptor: JsonObject,
    packageName?: string,
  ): Promise<Made> {
    const stored = await this.#store(pipeline.product!, file, at, rows, mediaType);
    return this.#madeOf(stored, descriptor, packageName);
  }

  async #store(
    resource: string,
    file: string,
    at: string,
    rowcount: number | null,
    mediaType: string,
  ): Promise<Stored> {
    const blob = await this.#context.blobs.put(createReadStream(file), { maxBytes: Number.POSITIVE_INFINITY });
    return { resource, path: at, sha256: blob.sha256, bytes: blob.bytes, rowcount, mediaType };
  }

  #madeOf(stored: Stored, descriptor: JsonObject, packageName?: string): Made {
    return {
      products: [describeProduct(this.#run, stored, descriptor, packageName)],
      stats: {
        bytes: stored.bytes,
        count_of_rows: ['report', 'zip'].includes(stored.path.split('.').pop()!) ? null : stored.rowcount,
        dataset_name: packageName ?? nameOf(this.#run),
        hash: `sha256:${stored.sha256}`,
        '.dpp': { 'out-datapackage-url': productPackageUrl(this.#run, stored.resource) },
      },
    };
  }

  #resource(pipeline: PlannedPipeline): PlannedResource {
    return this.#run.plan.resources.find(({ name }) => name === pipeline.resource)!;
  }

  #tabularResources(): PlannedResource[] {
    return this.#run.plan.resources.filter(({ type }) => type === 'source/tabular');
  }

  #file(name: string): string {
    return path.join(this.#run.folder, name);
  }
}

function described({ descriptor }: Relation): JsonObject {
  const { title, description } = descriptor as JsonObject;
  return { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
}

function copyDescriptor({ descriptor, source, schema, type }: PlannedResource): JsonObject {
  return {
    ...descriptor,
    ...(source.format === undefined ? {} : { format: source.format }),
    ...(typeof schema === 'object' ? { schema } : {}),
    datahub: { type },
  };
}

function aboutOf({ name, source }: PlannedResource): { resource: string; source: string; scheme: string } {
  const url = source.urls[0];
  if (url === undefined) return { resource: name, source: 'inline', scheme: 'inline' };
  return {
    resource: name,
    source: redactUrl(url),
    scheme: URL.canParse(url) ? new URL(url).protocol.slice(0, -1) : 'file',
  };
}
