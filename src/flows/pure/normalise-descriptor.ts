import type { JsonObject } from './flow-spec.ts';
import { isObject, isText, without } from './json.ts';
import { normaliseSchema, withoutStray } from './normalise-schema.ts';

/** A descriptor in the form of Data Package v2, every resource named. */
export function normaliseDescriptor(
  given: JsonObject,
  say: (line: string) => void,
): JsonObject & { resources: JsonObject[] } {
  const descriptor = withoutStray(profileOf(given, 'descriptor', say), 'descriptor', say);
  const resources = (Array.isArray(descriptor.resources) ? descriptor.resources : []) as JsonObject[];
  const taken = new Set(resources.map((resource) => resource.name).filter(isText));
  return { ...descriptor, resources: resources.map((resource) => resourceOf(resource, taken, say)) };
}

function resourceOf(given: JsonObject, taken: Set<string>, say: (line: string) => void): JsonObject {
  let resource = given;
  if (isText(resource.url)) {
    say(`resource '${nameFor(resource)}': 'url' becomes 'path'`);
    resource = { ...without(resource, 'url'), path: resource.path ?? resource.url };
  }
  if (!isText(resource.name) || resource.name === '') {
    const name = free(slug(nameFor(resource)), taken);
    taken.add(name);
    say(`a resource without a name becomes '${name}'`);
    resource = { ...resource, name };
  }
  const at = `resource '${resource.name}'`;
  resource = withoutStray(profileOf(resource, at, say), at, say);
  if (resource.mimetype !== undefined) {
    say(`${at}: 'mimetype' becomes 'mediatype'`);
    resource = { ...without(resource, 'mimetype'), mediatype: resource.mediatype ?? resource.mimetype };
  }
  const { schema } = resource;
  return isObject(schema) ? { ...resource, schema: normaliseSchema(schema, String(resource.name), say) } : resource;
}

/** The profiles of v1 that say something have a key of their own in v2; the others say nothing. */
function profileOf(object: JsonObject, at: string, say: (line: string) => void): JsonObject {
  const { profile } = object;
  if (!isText(profile)) return object;
  const isTabular = /^tabular-data-resource$/.test(profile);
  const isAddress = /^https?:\/\//.test(profile);
  say(
    `${at}: the profile '${profile}' ${isTabular ? "becomes the type 'table'" : isAddress ? "becomes '$schema'" : 'is dropped'}`,
  );
  const rest = without(object, 'profile');
  if (isTabular) return { ...rest, type: rest.type ?? 'table' };
  return isAddress ? { ...rest, $schema: rest.$schema ?? profile } : rest;
}

function nameFor(resource: JsonObject): string {
  if (isText(resource.name) && resource.name !== '') return resource.name;
  const path = [resource.path].flat().find(isText) ?? '';
  const base =
    path
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? '';
  return base.replace(/(?<=.)\.[^.]*$/, '');
}

function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  return (
    plain
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/\.{2,}/g, '.')
      .replace(/^[.-]+|-+$/g, '') || 'resource'
  );
}

function free(name: string, taken: Set<string>): string {
  if (!taken.has(name)) return name;
  let n = 2;
  while (taken.has(`${name}-${n}`)) n += 1;
  return `${name}-${n}`;
}
