import Type from 'typebox';
import { type Field, primaryKeyOf } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { castCells } from './cast-cells.ts';
import { resourceName, resourcePath } from './duplicate.ts';
import { plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector, selectResources } from './select-resources.ts';
import { StepProblem } from './step-failure.ts';
import { column, from, type StepWork } from './step-work.ts';

interface Params {
  sources?: ResourceSelector;
  target?: { name?: string; path?: string; [key: string]: unknown };
  fields: Record<string, string[] | null>;
}

export const concatenate = processor<Params>({
  name: 'concatenate',
  version: '1.0.0',
  title: 'Put tables below each other',
  description:
    '`sources` become one table `target` (default `{name: concat, path: data/concat.csv}`). `fields: {target: [sources]}`: a field takes what each source has under one of these names or its own, and the definition of the first source having it, else string; what a source lacks is empty. A source with none of the fields fails, as does a name used twice. The primary key of the first source is carried over.',
  params: Type.Object(
    {
      sources: resourceSelector,
      target: Type.Optional(Type.Object({ name: Type.Optional(resourceName), path: Type.Optional(resourcePath) })),
      fields: Type.Record(Type.String({ minLength: 1 }), Type.Union([Type.Null(), Type.Array(Type.String())]), {
        minProperties: 1,
      }),
    },
    { additionalProperties: false },
  ),
  reads: ({ sources }) => (sources === undefined || sources === null ? [] : [sources]),
  plan(params, plan) {
    const targets = new Map<string, string>();
    try {
      for (const [name, target] of targetsOf(params.fields)) targets.set(name, target);
    } catch (error) {
      plan.problem('/fields', (error as Error).message);
    }
    const among = params.sources === undefined ? plan.tables : [...plan.tables, ...plan.others];
    const sources = plannedTables(plan, params.sources, '/sources', among);
    for (const { resource, fields } of sources)
      if (fields?.every((name) => !targets.has(name))) plan.problem('/fields', noneOf(resource));
    const gone = new Set(sources.map(({ resource }) => resource));
    const kept = plan.tables.filter(({ resource }) => !gone.has(resource));
    plan.tables.splice(0, plan.tables.length, ...kept, { resource: params.target?.name ?? 'concat' });
  },
  async run(params, work) {
    const all = [...work.relations.keys()];
    const others = params.sources === undefined ? [] : [...(work.context.others?.keys() ?? [])];
    const names = selectResources(params.sources, [...all, ...others.filter((name) => !all.includes(name))]);
    if (names.length === 0) throw new StepProblem('no resource is among the sources');
    const sources = names.map((name) => work.named(name));
    const joined = await concatenated(work, sources, params);
    if (work.relations.has(joined.resource) && !names.includes(joined.resource))
      throw new StepProblem(`the resource "${joined.resource}" exists already`);
    const before = [...work.relations.values()];
    const first = before.findIndex(({ resource }) => names.includes(resource));
    const after = before.filter(({ resource }) => !names.includes(resource));
    after.splice(first < 0 ? after.length : first, 0, joined);
    work.replaceAll(after);
  },
});

const noneOf = (resource: string) => `Resource "${resource}" has none of the fields`;

/** Target field by source name; a target stands for itself too. */
function targetsOf(fields: Params['fields']): Map<string, string> {
  const targets = new Map<string, string>();
  for (const [target, names] of Object.entries(fields)) {
    for (const name of new Set([target, ...(names ?? [])])) {
      if (targets.has(name)) throw new StepProblem(`Field "${name}" is used twice`);
      targets.set(name, target);
    }
  }
  return targets;
}

async function concatenated(work: StepWork, sources: Relation[], params: Params): Promise<Relation> {
  const targets = targetsOf(params.fields);
  const fields = new Map<string, Field>();
  for (const source of sources) {
    const mapped = source.fields.filter(({ name }) => targets.has(name));
    if (mapped.length === 0) throw new StepProblem(noneOf(source.resource));
    const seen = new Set<string>();
    for (const field of mapped) {
      const target = targets.get(field.name)!;
      if (seen.has(target)) throw new StepProblem(`Resource "${source.resource}" has two fields for "${target}"`);
      seen.add(target);
      if (!fields.has(target)) fields.set(target, { ...field, name: target });
    }
  }
  const rest = Object.keys(params.fields).filter((name) => !fields.has(name));
  for (const name of rest.sort(byCodePoint)) fields.set(name, { name, type: 'string' });
  const parts: string[] = [];
  const parents: Relation[] = [];
  for (const [i, source] of sources.entries()) {
    const fitting = await readAlike(work, source, targets, fields);
    parents.push(fitting);
    const cells = [...fields.keys()].map((target, j) => {
      const index = source.fields.findIndex(({ name }) => targets.get(name) === target);
      return `${index < 0 ? 'null::varchar' : column(index)} as ${column(j)}`;
    });
    parts.push(`select ${i} as part, _ord as o, ${cells.join(', ')} from ${from(fitting)}`);
  }
  const { name: resource = 'concat' } = params.target ?? {};
  for (const [target, { type }] of fields) {
    const read = sources.flatMap((source) =>
      source.fields.filter(({ name }) => targets.get(name) === target).map((field) => ({ source, field })),
    );
    const how = read.length === 0 ? 'computed' : read.every(({ field }) => field.type === type) ? 'copied' : 'cast';
    work.came(
      resource,
      target,
      how,
      read.map(({ source, field }) => ({ resource: source.resource, field: field.name })),
    );
  }
  const columns = [...fields.keys()].map((_, j) => column(j));
  const table = await work.table(
    `select row_number() over (order by part, o) as _ord, null::bigint as _row, ${columns.join(', ')} from (${parts.join(' union all ')})`,
    ...parents,
  );
  const key = primaryKeyOf({ ...sources[0]!.schema, fields: [] }).map((name) => targets.get(name));
  const { name = 'concat', path = `data/${name}.csv`, ...more } = params.target ?? {};
  return {
    resource: name,
    table,
    fields: [...fields.values()],
    schema: key.length > 0 && key.every((one) => one !== undefined) ? { primaryKey: key as string[] } : {},
    descriptor: { ...more, path },
  };
}

/** Cells of another type than the field has are read again as that. */
function readAlike(
  work: StepWork,
  source: Relation,
  targets: Map<string, string>,
  fields: Map<string, Field>,
): Promise<Relation> {
  const different = source.fields.flatMap((field, index) => {
    const target = fields.get(targets.get(field.name) ?? '');
    const same = target === undefined || target.type === field.type || ['string', 'any'].includes(target.type);
    return same ? [] : [{ index, field: { ...target, name: field.name } }];
  });
  return castCells(work, source, different);
}

export function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
