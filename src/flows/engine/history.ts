import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Tabular } from '../../platform/tabular/index.ts';
import {
  type Field,
  keepRelation,
  keptRelation,
  loadOnto,
  type Origin,
  ProductFailure,
  type Relation,
  type SchemaContract,
  type TableSchema,
} from '../../recipes/index.ts';
import { engineVersion } from '../fingerprint.ts';
import type { FlowRun, KeptTable, PreviousRevision } from '../flow-run.ts';
import type { JsonObject, PlannedResource } from '../pure/flow-spec.ts';
import { type RowsContract, rowsProblem } from '../pure/rows-contract.ts';
import type { InputKey, StepRecord } from '../pure/step-record.ts';
import { schemaOf } from './describe.ts';
import type { EngineContext as Context } from './engine-context.ts';
import { place } from './get-sources.ts';
import { keyOf } from './step-keys.ts';
import type { Keyed } from './step-list.ts';

/** As `checkShape` has let it pass. */
interface Contract {
  columns?: SchemaContract['columns'];
  data_type?: SchemaContract['dataType'];
  rows?: RowsContract;
}

/** What the last successful revision means for this one's tables (contract flows §1, §11), and what is kept for the next. */
export class History {
  readonly #context: Context;
  readonly #run: FlowRun;
  readonly #tabular: Tabular;
  readonly #arrived = new Map<string, readonly Field[]>();
  #previous: Promise<PreviousRevision | undefined> | undefined;

  constructor(context: Context, run: FlowRun, tabular: Tabular) {
    this.#context = context;
    this.#run = run;
    this.#tabular = tabular;
  }

  /** As a source was read, before its steps. */
  arrived({ name }: PlannedResource, fields: readonly Field[]): void {
    this.#arrived.set(name, fields);
  }

  /** The table after its steps becomes that of the revision. Throws a ProductFailure where it may not. */
  async settle(resource: PlannedResource, arriving: Keyed): Promise<Keyed & { record?: StepRecord }> {
    const { relation: table, key, record } = await this.#load(resource, arriving);
    await this.#checkRows(resource, table);
    const file = path.join(this.#run.folder, `kept-${table.table}.parquet`);
    const rows = await keepRelation(this.#tabular, table, file);
    const blob = await this.#context.blobs.put(createReadStream(file), { maxBytes: Number.POSITIVE_INFINITY });
    const arrived = (this.#arrived.get(resource.name) ?? []) as unknown as JsonObject[];
    await this.#run.keepTable({
      resource: resource.name,
      sha256: blob.sha256,
      rows,
      schema: schemaOf(table),
      arrived,
    });
    return { relation: table, key, ...(record === undefined ? {} : { record }) };
  }

  /** What the fields of a source are held against. */
  async contractOf({ name }: PlannedResource): Promise<SchemaContract | undefined> {
    const before = await this.#tableBefore(name);
    if (before === undefined) return undefined;
    const { columns, data_type: dataType } = this.#contract();
    return {
      columns: columns ?? 'evolve',
      dataType: dataType ?? 'evolve',
      known: before.arrived as unknown as Field[],
    };
  }

  /** What the last successful revision had of a resource. */
  async #tableBefore(name: string): Promise<KeptTable | undefined> {
    return (await this.#last())?.tables.find(({ resource }) => resource === name);
  }

  async #checkRows({ name }: PlannedResource, { table }: Relation): Promise<void> {
    const { rows = {} } = this.#contract();
    const before = await this.#tableBefore(name);
    const [count] = await this.#tabular.rows(`select count(*)::double as n from ${table}`);
    const problem = rowsProblem(rows, before?.rows, Number(count?.n ?? 0));
    if (problem !== undefined) throw new ProductFailure('contract', [problem]);
  }

  #contract(): Contract {
    return (this.#run.spec.contract ?? {}) as Contract;
  }

  async #load(resource: PlannedResource, arriving: Keyed): Promise<Keyed & { record?: StepRecord }> {
    const { mode, key } = this.#run.spec.load ?? { mode: 'replace', key: [] };
    if (mode === 'replace') return arriving;
    const before = await this.#before(resource);
    const relation = await loadOnto(this.#tabular, {
      before,
      arriving: arriving.relation,
      mode,
      key,
      declared: resource.schema !== undefined,
      badCell: resource.policy.cast,
      table: `${arriving.relation.table}_loaded`,
      log: (line) => this.#run.log(line),
    });
    const previous = await this.#last();
    const kept = await this.#tableBefore(resource.name);
    const dataset = previous?.flowId ?? '';
    const inputs: InputKey[] = [{ step: arriving.key }];
    if (kept !== undefined) inputs.push({ dataset, resource: resource.name, blob: `sha256:${kept.sha256}` });
    const output = keyOf('load', engineVersion, arriving.key, { mode, key }, kept?.sha256 ?? null);
    const columns = relation.fields.map(({ name: field }) => {
      const from: Origin[] = [arriving.relation, ...(before === undefined ? [] : [before])].flatMap(
        (side): Origin[] => {
          if (!side.fields.some(({ name }) => name === field)) return [];
          return side === before
            ? [{ source: `granary://${dataset}#${resource.name}`, field }]
            : [{ resource: resource.name, field }];
        },
      );
      return { resource: resource.name, field, how: 'copied' as const, from };
    });
    const rows = async ({ table }: Relation) =>
      Number((await this.#tabular.rows(`select count(*)::double as n from ${table}`))[0]!.n);
    const rowsIn = (await rows(arriving.relation)) + (before === undefined ? 0 : await rows(before));
    const record: StepRecord = {
      resource: resource.name,
      index: null,
      step: 'load',
      version: null,
      hash: keyOf({ mode, key }),
      inputs,
      output,
      rows_in: rowsIn,
      rows_out: await rows(relation),
      rejected: 0,
      cached: false,
      columns,
    };
    return { relation, key: output, record };
  }

  async #before({ name }: PlannedResource): Promise<Relation | undefined> {
    const previous = await this.#last();
    const kept = previous?.tables.find((table) => table.resource === name);
    if (kept !== undefined) return this.#relationOf(kept);
    // Made by a version that kept no tables: adding to nothing would lose its rows.
    if (previous?.products.some(({ resource }) => resource === `${name}_csv`))
      throw new ProductFailure('load', [
        `Of the revision ${previous.flowId} no table is kept; load all rows of "${name}" once with mode replace`,
      ]);
    return undefined;
  }

  async #relationOf({ resource, sha256, schema }: KeptTable): Promise<Relation> {
    const file = path.join(this.#run.folder, `before-${resource}.parquet`);
    await place(await this.#context.blobs.localFile(sha256, this.#run.folder), file);
    const kept = { file, resource, schema: schema as unknown as TableSchema };
    const number = this.#run.plan.resources.findIndex(({ name }) => name === resource) + 1;
    return keptRelation(this.#tabular, kept, `before_${number}`);
  }

  #last(): Promise<PreviousRevision | undefined> {
    this.#previous ??= this.#run.previous();
    return this.#previous;
  }
}
