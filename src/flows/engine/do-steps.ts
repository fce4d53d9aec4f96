import type { Tabular } from '../../platform/tabular/index.ts';
import {
  type Cast,
  checkResult,
  ProductFailure,
  processorVersion,
  type Relation,
  rejectsFailure,
  runSteps,
  type StepContext,
  type StepIssues,
} from '../../recipes/index.ts';
import { engineVersion } from '../fingerprint.ts';
import type { PlannedResource } from '../pure/flow-spec.ts';
import type { InputKey, StepRecord } from '../pure/step-record.ts';
import { keyOf } from './step-keys.ts';

/** A table, and the name of its outcome. */
export interface Keyed {
  relation: Relation;
  key: string;
}

interface StepList {
  tabular: Tabular;
  resource: PlannedResource;
  cast: Cast;
  /** Names what the steps begin with. */
  key: string;
  context: Omit<StepContext, 'relations' | 'issues' | 'stepDone'>;
  issues: StepIssues;
  /** What a step reads besides the tables of its list; undefined: it cannot be had. */
  inputsOf(step: PlannedResource['steps'][number]): Promise<InputKey[] | undefined>;
  /** Told of each thing done. */
  done(record: StepRecord): void;
}

/** Takes a table through its steps and checks the outcome. Throws StepFailure, or ProductFailure for too many rejected rows. */
export async function doSteps(list: StepList): Promise<Keyed> {
  const { tabular, resource, cast, issues } = list;
  const relations = new Map([[resource.name, cast.relation]]);
  const plan = await keysOf(list);
  let result: Relation | undefined;
  const context: StepContext = {
    ...list.context,
    tabular,
    relations,
    badCell: resource.policy.cast,
    notUnique: resource.policy.unique,
    issues,
    stepDone: async ({ index, step, version, rowsIn, rowsOut, rejected, columns }) => {
      const { hash, inputs, output } = plan[index]!;
      list.done({
        resource: resource.name,
        index,
        step,
        version,
        hash,
        inputs,
        output,
        rows_in: rowsIn,
        rows_out: rowsOut,
        rejected,
        cached: false,
        columns: index < resource.steps.length ? columns : comingFrom(columns, result!.resource),
      });
    },
  };
  await runSteps(context, resource.steps);
  result = relations.get(resource.name) ?? (relations.size === 1 ? [...relations.values()][0] : undefined);
  if (result === undefined)
    throw new ProductFailure(resource.steps.at(-1)!.run, [`No table is called ${resource.name} after the last step`]);
  // The only one left may bear another name; what it becomes is called as the spec does.
  const relation = await checkResult(context, { ...result, resource: resource.name }, resource.steps.length);
  await allowRejects(list, relation);
  return { relation, key: plan.at(-1)!.output };
}

interface PlannedStep {
  hash: string;
  inputs: InputKey[];
  output: string;
}

/** Each step by what it is made of; the last is the check at the end. What cannot be had is like nothing else. */
async function keysOf({ resource, key, inputsOf }: StepList): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  let before = key;
  const add = (step: { run: string }, inputs: InputKey[] | undefined) => {
    const hash = keyOf(step);
    const output = keyOf(
      'step',
      engineVersion,
      processorVersion(step.run),
      before,
      hash,
      inputs ?? crypto.randomUUID(),
    );
    planned.push({ hash, inputs: [{ step: before }, ...(inputs ?? [])], output });
    before = output;
  };
  for (const step of resource.steps) add(step, await inputsOf(step));
  add({ run: 'validate' }, []);
  return planned;
}

const comingFrom = (columns: StepRecord['columns'], resource: string): StepRecord['columns'] =>
  columns.map((one) => ({ ...one, from: one.from.map((origin) => ({ ...origin, resource })) }));

/** Rows that steps have left out count with those of the source. */
async function allowRejects({ tabular, resource, cast, issues }: StepList, checked: Relation): Promise<void> {
  if (issues.rejecting === undefined) return;
  const rowsOf = async ({ table }: Relation) => {
    const [row] = await tabular.rows(`select count(*)::double as n from ${table}`);
    return Number(row?.n ?? 0);
  };
  const kept = await rowsOf(checked);
  const rejectedRows = cast.rejectedRows + issues.rejectedRows;
  const total = Math.max((await rowsOf(cast.relation)) + cast.rejectedRows, kept + rejectedRows);
  const line = rejectsFailure(resource.policy, { rejectedRows, kept, total });
  if (line !== undefined) throw new ProductFailure(issues.rejecting, [line]);
}
