import type { ProcessorStep } from './processor.ts';
import { findProcessor } from './registry.ts';
import { type ResourceSelector, re2Problem, selectResources } from './select-resources.ts';

/** Which of `names`, other tables of the spec, a step list reads: they have to be there, after their own steps, before it runs. */
export function resourcesNamed(steps: readonly ProcessorStep[], names: readonly string[]): string[] {
  const selectors = steps.flatMap(({ run, parameters }) => {
    const reads = findProcessor(run)?.reads;
    return reads === undefined || !parameters ? [] : reads(parameters as never);
  }) as ResourceSelector[];
  const usable = selectors.filter((one) => typeof one !== 'number' && (typeof one !== 'string' || !re2Problem(one)));
  const named = new Set(usable.flatMap((one) => selectResources(one, names)));
  return names.filter((name) => named.has(name));
}
