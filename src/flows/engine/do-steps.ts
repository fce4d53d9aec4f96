import {
  checkResult,
  ProductFailure,
  processorVersion,
  type Relation,
  rejectsFailure,
  runSteps,
  type StepContext,
} from '../../recipes/index.ts';
import { engineVersion } from '../fingerprint.ts';
import type { InputKey } from '../pure/step-record.ts';
import { StepHistory } from './step-history.ts';
import { keyOf } from './step-keys.ts';
import type { Keyed, PlannedStep, StepList } from './step-list.ts';

/**
 * Takes a table through its steps and checks the outcome; what an earlier run has done of them is not done again. Throws StepFailure, or
 * ProductFailure for too many rejected rows.
 */
export async function doSteps(list: StepList): Promise<Keyed & { cached: boolean }> {
  const { resource, cast, issues } = list;
  const { steps } = resource;
  const plan = await keysOf(list);
  const history = await StepHistory.open(list, plan);
  const relations = history.relations ?? new Map([[resource.name, cast.relation]]);
  const context: StepContext = {
    ...list.context,
    log: (line) => history.log(line),
    tabular: list.tabular,
    relations,
    badCell: resource.policy.cast,
    notUnique: resource.policy.unique,
    issues,
    stepDone: (done) => history.add(done),
  };
  // What they change is the package, which is nobody's outcome.
  const passed = steps.slice(0, history.done).filter(({ run }) => ofPackage.includes(run));
  await runSteps({ ...context, relations: new Map(), stepDone: () => Promise.resolve() }, passed);
  await runSteps(context, steps.slice(history.done), history.done);
  const isWhole = history.done > steps.length;
  const relation = isWhole ? relations.get(resource.name)! : await checked(list, context, history);
  await allowRejects(list, relation);
  return { relation, key: plan.at(-1)!.output, cached: isWhole };
}

const ofPackage = ['add_metadata', 'update_package', 'load_metadata'];

async function checked({ resource }: StepList, context: StepContext, history: StepHistory): Promise<Relation> {
  const { relations } = context;
  const { steps, name } = resource;
  const result = relations.get(name) ?? (relations.size === 1 ? [...relations.values()][0] : undefined);
  if (result === undefined)
    throw new ProductFailure(steps.at(-1)!.run, [`No table is called ${name} after the last step`]);
  // The only one left may bear another name; what it becomes is called as the spec does.
  history.renamed = result.resource === name ? undefined : result.resource;
  return checkResult(context, { ...result, resource: name }, steps.length);
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
    const known = inputs !== undefined && (planned.at(-1)?.known ?? true);
    planned.push({ hash, inputs: [{ step: before }, ...(inputs ?? [])], output, known });
    before = output;
  };
  for (const step of resource.steps) add(step, await inputsOf(step));
  add({ run: 'validate' }, []);
  return planned;
}

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
