import Type from 'typebox';
import { resourceName } from './duplicate.ts';
import { plannedPut } from './plan-tables.ts';
import { type Processor, processor } from './processor.ts';
import { resourceSelector } from './select-resources.ts';
import type { Loaded } from './step-context.ts';
import { StepProblem } from './step-failure.ts';
import { from, type StepWork } from './step-work.ts';

interface Params {
  url?: string;
  from?: string;
  name?: string;
  'limit-rows'?: number;
  required?: boolean;
  'ignore-missing'?: boolean;
  [option: string]: unknown;
}

const params = Type.Object({
  url: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
  from: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
  name: Type.Optional(resourceName),
  resource: resourceSelector,
  'limit-rows': Type.Optional(Type.Integer({ minimum: 0 })),
  required: Type.Optional(Type.Boolean()),
  'ignore-missing': Type.Optional(Type.Boolean()),
});

const schemes = /^((https?|granary|dependency):\/\/|blob:sha256:[0-9a-f]{64}(#|$)|connection:[\w.-]+\/[\w.-]+$)/i;
/** Says what the bytes are, to us only. */
const hint = /#\.[A-Za-z0-9]+$/;

/** The ways to bring in a resource differ in name only; the settings of older specs are all understood. */
export const loaders: readonly Processor[] = [
  loader('load', 'Bring in a resource', 'Of `url` (or `from`).'),
  loader('load_resource', 'Bring in a resource of a package', '`resource` chooses one of the package at `url`.'),
  loader('add_resource', 'Bring in a resource', 'Further keys are those of the resource, such as `name` and `format`.'),
  loader(
    'stream_remote_resources',
    'Bring in remote resources',
    'Without `url` it changes nothing: `add_resource` has brought in the rows already.',
    false,
  ),
];

function loader(name: string, title: string, more: string, needsUrl = true): Processor {
  return processor<Params>({
    name,
    version: '1.0.0',
    title,
    description: `${more} The address is \`http(s)://…\`, \`blob:sha256:<hex>\` (bytes you may open), \`connection:<name>/<query>\` (that you may use), \`granary://owner/dataset[/revision]\` or \`dependency://resource\`; \`#.csv\` behind it says what it is. \`name\` renames the resource, \`limit-rows\` takes the first rows; with \`required: false\` or \`ignore-missing: true\` one that cannot be had is left out and the log says why.`,
    params,
    reads: (given) => {
      const url = given.url ?? given.from;
      return url?.startsWith('dependency://') ? [[url.slice('dependency://'.length)]] : [];
    },
    plan(given, plan) {
      const url = given.url ?? given.from;
      if (url === undefined) {
        if (needsUrl) plan.problem('/url', 'url is needed');
        return;
      }
      if (!schemes.test(url))
        plan.problem(
          '/url',
          'only http://, https://, blob:sha256:, connection:, granary:// and dependency:// addresses can be loaded',
        );
      if (given.name !== undefined) plannedPut(plan, { resource: given.name });
    },
    async run(given, work) {
      const url = given.url ?? given.from;
      if (url !== undefined) await load(work, url, given);
    },
  });
}

async function load(work: StepWork, url: string, given: Params): Promise<void> {
  const { url: _, from: __, name, 'limit-rows': limit, required, 'ignore-missing': ignored, ...options } = given;
  const optional = required === false || ignored === true;
  try {
    const other = url.startsWith('dependency://') ? url.slice('dependency://'.length) : undefined;
    const { source = url.replace(hint, ''), ...loaded }: Loaded =
      other === undefined ? await work.context.load(url, options) : work.named(other);
    const resource = name ?? loaded.resource;
    if (work.relations.has(resource)) throw new StepProblem(`the resource "${resource}" exists already`);
    // Its rows are of another file than the findings of these steps speak of.
    const rows = `select * replace (null::bigint as _row) from ${from(loaded)}`;
    const table =
      limit === undefined
        ? await work.view(rows, loaded)
        : await work.table(`${rows} order by _ord limit ${Math.trunc(limit)}`, loaded);
    for (const { name: field } of loaded.fields)
      work.came(resource, field, 'copied', [other === undefined ? { source, field } : { resource: other, field }]);
    work.put({ ...loaded, resource, table });
  } catch (error) {
    work.context.signal?.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    if (!optional) throw error instanceof StepProblem ? error : new StepProblem(text, { cause: error });
    work.log(`left out: ${text}`);
  }
}
