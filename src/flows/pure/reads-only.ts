import type { FlowPlan } from './flow-spec.ts';
import { isText } from './json.ts';

/** Does the plan read nothing but these addresses? A dataset of ours that a step brings in may have got a new revision. */
export function readsOnly({ resources }: FlowPlan, urls: ReadonlySet<string>): boolean {
  return resources.every(
    ({ source, schema, steps }) =>
      source.urls.every((url) => urls.has(url)) &&
      (!isText(schema) || urls.has(schema)) &&
      steps.every(({ parameters: { url } }) => !isText(url) || urls.has(url)),
  );
}
