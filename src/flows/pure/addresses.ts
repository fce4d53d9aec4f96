import { segment } from './faults.ts';
import type { FlowSpec } from './flow-spec.ts';
import { isObject, isText } from './json.ts';
import { hasScheme } from './resolve-source.ts';

/** An address that stands in a spec, and where. */
export interface Address {
  address: string;
  pointer: string;
}

/** Everything a normalised spec wants to read from, but relative paths and other datasets (`granary:`, `dependency:`). */
export function addressesOf(spec: FlowSpec): Address[] {
  const { url, parameters } = spec.inputs[0];
  const found: Address[] = [];
  const add = (address: unknown, pointer: string) => {
    if (isText(address)) found.push({ address, pointer });
  };
  const addIfAbsolute = (address: unknown, pointer: string) => {
    if (isText(address) && hasScheme(address)) add(address, pointer);
  };
  addIfAbsolute(url, '/inputs/0/url');
  for (const [key, address] of Object.entries(parameters['resource-mapping'] ?? {}))
    add(address, `/inputs/0/parameters/resource-mapping/${segment(key)}`);
  for (const [i, resource] of parameters.descriptor.resources.entries()) {
    const at = `/inputs/0/parameters/descriptor/resources/${i}`;
    for (const path of [resource.path].flat()) addIfAbsolute(path, `${at}/path`);
    addIfAbsolute(resource.schema, `${at}/schema`);
  }
  for (const [i, step] of spec.processing.entries()) {
    add(step.schema, `/processing/${i}/schema`);
    for (const [k, { parameters: given }] of (step.dpp ?? []).entries()) {
      if (!isObject(given)) continue;
      for (const key of ['url', 'from'])
        if (isText(given[key]) && !/^(granary|dependency):\/\//.test(given[key]))
          addIfAbsolute(given[key], `/processing/${i}/dpp/${k}/parameters/${key}`);
    }
  }
  return found;
}

/** `blob:sha256:<hex>`, with a hint of its format behind it or not: the hash. */
export function blobOf(address: string): string | undefined {
  return /^blob:sha256:([0-9a-f]{64})(?:#\.[A-Za-z0-9]+)?$/.exec(address)?.[1];
}

/** `connection:<name>/<query>`: which. */
export function connectionOf(address: string): { name: string; query: string } | undefined {
  const [, name, query] = /^connection:([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+)$/.exec(address) ?? [];
  return name === undefined || query === undefined ? undefined : { name, query };
}
