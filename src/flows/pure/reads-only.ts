import type { FlowPlan } from './flow-spec.ts';
import { isText } from './json.ts';
import { loadedBy } from './loaded-by.ts';

/** Does the plan read nothing but these addresses? A dataset of ours that a step brings in may have got a new revision. */
export function readsOnly({ resources }: FlowPlan, urls: ReadonlySet<string>): boolean {
  return resources.every(
    ({ source, schema, steps }) =>
      source.urls.every((url) => urls.has(url)) &&
      (!isText(schema) || urls.has(schema)) &&
      steps.map(loadedBy).every((url) => url === undefined || urls.has(url)),
  );
}
