import type { Access } from './access.ts';
import type { Model } from './pure/model.ts';
import { resourceSchema } from './pure/schema.ts';
import { isHopeless } from './pure/statement.ts';
import type { Resources } from './resources.ts';

/** `{name: {list_endpoint, schema}}` for every resource the caller may read. */
export function describeIndex(resources: Resources, access: Access, full: boolean): object {
  const entries = [...resources.models.values()]
    .filter((model) => isVisible(model, access))
    .map((model) => [
      model.name,
      {
        list_endpoint: `/api/v1/${model.name}/`,
        schema: full ? describeResource(resources, model, access) : `/api/v1/${model.name}/schema/`,
      },
    ]);
  return Object.fromEntries(entries);
}

export function describeResource(_resources: Resources, model: Model, access: Access): object {
  return resourceSchema(model, access);
}

function isVisible(model: Model, access: Access): boolean {
  const { read } = model.declaration.permission;
  return read === null || access.can(read) || !isHopeless(model, read, access);
}
