import Type from 'typebox';
import { plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { StepProblem } from './step-failure.ts';

const anyObject = Type.Record(Type.String(), Type.Unknown());

export const addMetadata = processor<Record<string, unknown>>({
  name: 'add_metadata',
  aliases: ['update_package'],
  version: '1.0.0',
  title: 'Add keys to the package',
  description: 'The parameters are merged into the package, key by key. `resources` is refused.',
  params: anyObject,
  plan(params, plan) {
    if (Object.hasOwn(params, 'resources')) plan.problem('/resources', 'resources cannot be set as metadata');
  },
  run(params, work) {
    const { resources: _, ...metadata } = params;
    Object.assign(work.context.package, metadata);
    return Promise.resolve();
  },
});

const fixed = ['name', 'path', 'schema'];

export const updateResource = processor<{ resources?: ResourceSelector; metadata: Record<string, unknown> }>({
  name: 'update_resource',
  version: '1.0.0',
  title: 'Add keys to resources',
  description: '`metadata` is merged into the chosen resources. `name`, `path` and `schema` are refused.',
  params: Type.Object({ resources: resourceSelector, metadata: anyObject }, { additionalProperties: false }),
  plan(params, plan) {
    for (const key of fixed)
      if (Object.hasOwn(params.metadata, key)) plan.problem(`/metadata/${key}`, `${key} cannot be set as metadata`);
    plannedTables(plan, params.resources);
  },
  run(params, work) {
    for (const relation of work.selected(params.resources))
      work.put({ ...relation, descriptor: { ...relation.descriptor, ...params.metadata } });
    return Promise.resolve();
  },
});

export const loadMetadata = processor<{ url: string }>({
  name: 'load_metadata',
  version: '1.0.0',
  title: 'Take over the keys of another package',
  description: 'All keys but `resources` of the package at `url`.',
  params: Type.Object({ url: Type.String({ minLength: 1, maxLength: 4000 }) }, { additionalProperties: false }),
  async run({ url }, work) {
    if (work.context.loadPackage === undefined) throw new StepProblem('packages cannot be loaded here');
    const { resources: _, ...metadata } = await work.context.loadPackage(url);
    Object.assign(work.context.package, metadata);
  },
});
