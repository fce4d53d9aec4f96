import type { KnownResource, StepPlan } from './processor.ts';
import { type ResourceSelector, re2Problem, selectResources } from './select-resources.ts';

/** The tables a selector chooses; a selector that cannot be read is a problem and chooses none. */
export function plannedTables(
  plan: StepPlan,
  selector: ResourceSelector,
  at = '/resources',
  among: readonly KnownResource[] = plan.tables,
): KnownResource[] {
  const problem = typeof selector === 'string' ? re2Problem(selector) : undefined;
  if (problem !== undefined) {
    plan.problem(at, problem);
    return [];
  }
  const names = selectResources(
    selector,
    among.map(({ resource }) => resource),
  );
  return names.map((name) => among.find(({ resource }) => resource === name)!);
}

/** Reports a field that is known to be missing. */
export function knownField(plan: StepPlan, table: KnownResource | undefined, name: string, at: string): void {
  if (table?.fields !== undefined && !table.fields.includes(name))
    plan.problem(at, `Field "${name}" not found in "${table.resource}"`);
}

export function plannedTable(plan: StepPlan, name: string): KnownResource | undefined {
  return [...plan.tables, ...plan.others].find(({ resource }) => resource === name);
}

/** Adds a table, in place of one of that name. */
export function plannedPut(plan: StepPlan, table: KnownResource): void {
  const at = plan.tables.findIndex(({ resource }) => resource === table.resource);
  if (at < 0) plan.tables.push(table);
  else plan.tables[at] = table;
}
