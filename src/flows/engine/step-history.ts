import type { Relation, StepDone, StepIssuesState } from '../../recipes/index.ts';
import type { JsonObject } from '../pure/flow-spec.ts';
import type { StepRecord } from '../pure/step-record.ts';
import type { PlannedStep, StepList } from './step-list.ts';

/** What is kept beside the rows after a step: enough to go on with the next one, in another run. */
interface Kept {
  relations: { relation: Omit<Relation, 'table'>; sha256: string }[];
  issues: StepIssuesState;
  /** Of all steps so far. */
  log: string[];
  records: Pick<StepRecord, 'step' | 'version' | 'rows_in' | 'rows_out' | 'rejected' | 'columns'>[];
}

/** The steps of a list that are done, by this run or by an earlier one whose outcome is remembered. */
export class StepHistory {
  /** So many, the check at the end being one. */
  done = 0;
  /** After those of an earlier run; undefined: there are none. */
  relations: Map<string, Relation> | undefined;
  /** The table the check at the end began with, where that was called otherwise. */
  renamed: string | undefined;
  readonly #list: StepList;
  readonly #plan: readonly PlannedStep[];
  readonly #log: string[] = [];
  readonly #records: Kept['records'] = [];
  /** Names of tables kept by this list. */
  #tables = new Set<string>();

  private constructor(list: StepList, plan: readonly PlannedStep[]) {
    this.#list = list;
    this.#plan = plan;
  }

  static async open(list: StepList, plan: readonly PlannedStep[]): Promise<StepHistory> {
    const history = new StepHistory(list, plan);
    const keys = plan.filter(({ known }) => known).map(({ output }) => output);
    const found = await list.memory.recall(keys);
    if (found !== undefined) await history.#resume(found.index, found.outcome);
    return history;
  }

  log(line: string): void {
    this.#log.push(line);
    this.#list.context.log(line);
  }

  /** Tells of a step and keeps its outcome, on which the next one builds. */
  async add({ index, step, version, rowsIn, rowsOut, rejected, columns: own, relations }: StepDone): Promise<void> {
    const { resource, memory, issues } = this.#list;
    const isCheck = index === resource.steps.length;
    const columns = isCheck ? this.#checked(own, relations) : own;
    const record = { step, version, rows_in: rowsIn, rows_out: rowsOut, rejected, columns };
    this.#records.push(record);
    this.#tell(index, record, false);
    const { output, known } = this.#plan[index]!;
    if (!known || !this.#list.run.remembers) return;
    const kept: Kept['relations'] = [];
    const parts: Record<string, string> = { issues: await memory.put(issues.table) };
    for (const [i, relation] of [...relations.values()].entries()) {
      const { relation: onFile, sha256 } = await memory.keep(relation);
      const { table, ...rest } = onFile;
      this.#tables.add(table);
      relations.set(relation.resource, onFile);
      parts[`table_${i}`] = sha256;
      kept.push({ relation: rest, sha256 });
    }
    await this.#dropOthers(relations);
    const about: Kept = { relations: kept, issues: issues.state, log: this.#log, records: this.#records };
    await this.#list.run.remember({ key: output, about: about as unknown as JsonObject, parts });
  }

  async #resume(index: number, { about, parts }: { about: JsonObject; parts: Record<string, string> }): Promise<void> {
    const { memory, issues, context, resource } = this.#list;
    const { relations, issues: state, log, records } = about as unknown as Kept;
    await memory.openTable(parts.issues!, issues.table);
    issues.resume(state);
    this.relations = new Map();
    for (const { relation, sha256 } of relations) {
      const onFile = await memory.reopen(relation, sha256);
      this.#tables.add(onFile.table);
      this.relations.set(relation.resource, onFile);
    }
    this.done = index + 1;
    for (const line of log) this.log(line);
    for (const [i, record] of records.entries()) {
      this.#records.push(record);
      this.#tell(i, record, true);
    }
    const all = this.done > resource.steps.length ? 'all' : `${this.done} of ${resource.steps.length}`;
    context.log(`${resource.name}: ${all} steps are those of an earlier run`);
  }

  #tell(index: number, record: Kept['records'][number], cached: boolean): void {
    const { hash, inputs, output } = this.#plan[index]!;
    this.#list.done({ resource: this.#list.resource.name, index, hash, inputs, output, cached, ...record });
  }

  /** Of a table that was called otherwise until then. */
  #checked(columns: StepRecord['columns'], relations: ReadonlyMap<string, Relation>): StepRecord['columns'] {
    const { name: resource } = this.#list.resource;
    const { renamed } = this;
    if (renamed === undefined) return columns;
    const { fields } = relations.get(resource)!;
    return fields.map(({ name: field }) => ({ resource, field, how: 'copied', from: [{ resource: renamed, field }] }));
  }

  async #dropOthers(relations: ReadonlyMap<string, Relation>): Promise<void> {
    const needed = new Set([...relations.values()].map(({ table }) => table));
    for (const table of this.#tables) if (!needed.has(table)) await this.#list.memory.drop(table);
    this.#tables = needed;
  }
}
