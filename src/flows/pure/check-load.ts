import type { Problem } from './faults.ts';
import { segment } from './faults.ts';
import type { FlowSpec, JsonObject, PlannedResource } from './flow-spec.ts';
import { isObject, isText } from './json.ts';

const modes = ['replace', 'append', 'upsert'];

/** Is `load` of the form it must have (contract §1)? An upsert needs a key. */
export function checkLoad(load: unknown): Problem[] {
  if (!isObject(load)) return [];
  const problems: Problem[] = [];
  const say = (pointer: string, problem: string) => problems.push({ pointer, problem });
  const { mode, key, ...others } = load as JsonObject;
  for (const name of Object.keys(others)) say(`/load/${segment(name)}`, 'is not a key of load');
  if (isThere(mode) && !modes.includes(mode as string)) say('/load/mode', 'must be replace, append or upsert');
  const names = isThere(key) ? [key].flat() : [];
  if (!names.every((name) => isText(name) && name !== '')) say('/load/key', 'must be a list of field names');
  else if (new Set(names).size < names.length) say('/load/key', 'names a field twice');
  else if (mode === 'upsert' && names.length === 0) say('/load/key', 'must name the fields by which rows are replaced');
  return problems;
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** Key fields no table can have, as far as fields are known: those of a table with steps are not. */
export function checkLoadKey(
  { load }: FlowSpec,
  resources: readonly PlannedResource[],
  fieldsOf: (resource: PlannedResource) => string[] | undefined,
): Problem[] {
  if (load?.mode !== 'upsert') return [];
  return resources.flatMap((resource) => {
    if (resource.type !== 'source/tabular' || resource.steps.length > 0) return [];
    const fields = fieldsOf(resource);
    return load.key
      .filter((name) => fields !== undefined && !fields.includes(name))
      .map((name) => ({ pointer: '/load/key', problem: `the table '${resource.name}' has no field '${name}'` }));
  });
}
