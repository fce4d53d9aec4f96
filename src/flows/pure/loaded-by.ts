import type { PlannedResource } from './flow-spec.ts';
import { isText } from './json.ts';
import { withoutHint } from './resolve-source.ts';

const loaders = ['load', 'load_resource', 'add_resource', 'stream_remote_resources', 'load_metadata'];

/** The address a step brings something in from; undefined: none, or another table of the spec. */
export function loadedBy({ run, parameters }: PlannedResource['steps'][number]): string | undefined {
  const url = parameters?.url ?? parameters?.from;
  return loaders.includes(run) && isText(url) && !url.startsWith('dependency://') ? withoutHint(url) : undefined;
}
