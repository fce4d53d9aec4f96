import { checkSteps, type KnownResource } from '../recipes/index.ts';
import type { Problem } from './pure/faults.ts';
import type { FlowPlan, FlowSpec, PlannedResource } from './pure/flow-spec.ts';
import { isObject } from './pure/json.ts';

/**
 * What is wrong with the steps of a spec before anything is fetched (contract §5.6, row 6): unknown and forbidden processors,
 * bad parameters, fields known to be missing. A list sees the table it makes; others it names as they are after their steps.
 */
export function checkSpecSteps(spec: FlowSpec, plan: FlowPlan): Problem[] {
  const tables = plan.resources.filter((resource) => resource.type === 'source/tabular');
  return spec.processing.flatMap(({ output, dpp }, i) => {
    const table = tables.find((one) => one.name === output);
    if (table === undefined || dpp === undefined) return [];
    const others = tables
      .filter((one) => one !== table)
      .map((one): KnownResource => ({ resource: one.name, fields: one.steps.length > 0 ? undefined : fieldsOf(one) }));
    return checkSteps(dpp, [{ resource: output, fields: fieldsOf(table) }], others).map(({ pointer, problem }) => ({
      pointer: `/processing/${i}/dpp${pointer}`,
      problem,
    }));
  });
}

/** Undefined: inferred, or behind an address, and so not known yet. */
export function fieldsOf({ schema, tabulator }: PlannedResource): string[] | undefined {
  if (!isObject(schema) || !Array.isArray(schema.fields)) return undefined;
  const constants = isObject(tabulator.constants) ? Object.keys(tabulator.constants) : [];
  const names = schema.fields.map((field) => (isObject(field) ? String(field.name) : ''));
  return [...new Set([...names, ...constants])];
}
