import Type from 'typebox';
import { processor } from './processor.ts';
import { StepProblem } from './step-failure.ts';

interface Params {
  source?: string;
  'target-name'?: string;
  'target-path'?: string;
  duplicate_to_end?: boolean;
}

/** Resource names as flows contract §9 allows them. */
export const resourceName = Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$' });
export const resourcePath = Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$' });

export const duplicate = processor<Params>({
  name: 'duplicate',
  version: '1.0.0',
  title: 'Copy a resource',
  description:
    'A copy of `source` (default: the first) called `target-name` (default `{source}_copy`) at `target-path` (default `data/{target-name}.csv`), right after it or, with `duplicate_to_end`, last.',
  params: Type.Object(
    {
      source: Type.Optional(Type.String()),
      'target-name': Type.Optional(resourceName),
      'target-path': Type.Optional(resourcePath),
      duplicate_to_end: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  plan(params, plan) {
    const source = params.source ?? plan.tables[0]?.resource;
    const at = plan.tables.findIndex(({ resource }) => resource === source);
    if (source === undefined || at < 0) return;
    const resource = params['target-name'] ?? `${source}_copy`;
    if (plan.tables.some((table) => table.resource === resource))
      plan.problem('/target-name', `the resource "${resource}" exists already`);
    else
      plan.tables.splice(params.duplicate_to_end ? plan.tables.length : at + 1, 0, { ...plan.tables[at]!, resource });
  },
  run(params, work) {
    const name = params.source ?? [...work.relations.keys()][0];
    const source = name === undefined ? undefined : work.relations.get(name);
    if (source === undefined) throw new StepProblem(`Resource "${name}" not found`);
    const resource = params['target-name'] ?? `${name}_copy`;
    if (work.relations.has(resource)) throw new StepProblem(`the resource "${resource}" exists already`);
    const path = params['target-path'] ?? `data/${resource}.csv`;
    const after = [...work.relations.values()];
    const at = params.duplicate_to_end ? after.length : after.indexOf(source) + 1;
    after.splice(at, 0, { ...source, resource, descriptor: { ...source.descriptor, path } });
    work.replaceAll(after);
    return Promise.resolve();
  },
});
