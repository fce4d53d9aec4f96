import Type from 'typebox';
import { matchNames, namePatternProblem, re2Matches } from './name-patterns.ts';
import { plannedTables } from './plan-tables.ts';
import { type KnownResource, processor } from './processor.ts';
import { expand, replacementProblem } from './replacement.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { StepProblem } from './step-failure.ts';
import { cellsOf, type StepWork, schemaWith } from './step-work.ts';

interface NamedFields {
  resources?: ResourceSelector;
  fields: string[];
  regex?: boolean;
}

const names = Type.Object(
  {
    resources: resourceSelector,
    fields: Type.Array(Type.String(), { minItems: 1, maxItems: 16_384 }),
    regex: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const missing = (unknown: string[]) => `Can't find following field(s): ${unknown.join('; ')}`;
const noFieldLeft = 'no field would be left';

export const deleteFields = processor<NamedFields>({
  name: 'delete_fields',
  version: '1.0.0',
  title: 'Leave fields out',
  description: 'Leaves the named fields out. `regex: true`: names are patterns, matched in full.',
  params: names,
  plan(params, plan) {
    const problems = patternProblems(params);
    for (const [i, problem] of problems) plan.problem(`/fields/${i}`, problem);
    for (const table of plannedTables(plan, params.resources)) {
      const chosen = problems.length > 0 ? undefined : plannedChoice(params, table);
      if (chosen !== undefined && chosen.unknown.length > 0) plan.problem('/fields', missing(chosen.unknown));
      table.fields = chosen && table.fields?.filter((name) => !chosen.names.includes(name));
      if (table.fields?.length === 0) plan.problem('/fields', noFieldLeft);
    }
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const gone = new Set(
        await chosen(
          work,
          params,
          relation.fields.map(({ name }) => name),
        ),
      );
      const cells = cellsOf(relation).filter(({ field }) => !gone.has(field.name));
      if (cells.length === 0) throw new StepProblem(noFieldLeft);
      const schema = schemaWith(relation.schema, (name) => (gone.has(name) ? undefined : name));
      work.put(await work.project(relation, cells, { schema }));
    }
  },
});

export const selectFields = processor<NamedFields>({
  name: 'select_fields',
  version: '1.0.0',
  title: 'Keep only some fields',
  description: 'Keeps the named fields, in the order given. `regex: true`: names are patterns, matched in full.',
  params: names,
  plan(params, plan) {
    const problems = patternProblems(params);
    for (const [i, problem] of problems) plan.problem(`/fields/${i}`, problem);
    for (const table of plannedTables(plan, params.resources)) {
      const chosen = problems.length > 0 ? undefined : plannedChoice(params, table);
      if (chosen !== undefined && chosen.unknown.length > 0) plan.problem('/fields', missing(chosen.unknown));
      table.fields = chosen?.names;
    }
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const kept = await chosen(
        work,
        params,
        relation.fields.map(({ name }) => name),
      );
      const all = cellsOf(relation);
      const cells = kept.map((name) => all.find(({ field }) => field.name === name)!);
      const schema = schemaWith(relation.schema, (name) => (kept.includes(name) ? name : undefined));
      work.put(await work.project(relation, cells, { schema }));
    }
  },
});

interface RenameFields {
  resources?: ResourceSelector;
  fields: Record<string, string>;
  regex?: boolean;
}

export const renameFields = processor<RenameFields>({
  name: 'rename_fields',
  version: '1.0.0',
  title: 'Rename fields',
  description:
    '`fields: {old: new}`. `regex: true`: old names are patterns, matched in full, and `\\1` in the new name is a group of the match. Keys of the schema follow.',
  params: Type.Object(
    {
      resources: resourceSelector,
      fields: Type.Record(Type.String(), Type.String({ minLength: 1 }), { minProperties: 1 }),
      regex: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  plan(params, plan) {
    let readable = true;
    for (const [old, fresh] of Object.entries(params.fields)) {
      const problem = params.regex ? (namePatternProblem(old) ?? replacementProblem(old, fresh)) : undefined;
      if (problem === undefined) continue;
      plan.problem(`/fields/${old}`, problem);
      readable = false;
    }
    for (const table of plannedTables(plan, params.resources)) {
      if (params.regex || table.fields === undefined || !readable) {
        table.fields = undefined;
        continue;
      }
      const unknown = Object.keys(params.fields).filter((name) => !table.fields!.includes(name));
      if (unknown.length > 0) plan.problem('/fields', missing(unknown));
      table.fields = table.fields.map((name) => (Object.hasOwn(params.fields, name) ? params.fields[name]! : name));
      const twice = table.fields.find((name, i) => table.fields!.indexOf(name) !== i);
      if (twice !== undefined) plan.problem('/fields', twiceNamed(twice));
    }
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const old = relation.fields.map(({ name }) => name);
      const renamed = new Map<string, string>();
      for (const [pattern, fresh] of Object.entries(params.fields)) {
        const matches = params.regex ? await matchNames(pattern, old, work.context.signal) : undefined;
        if (matches === undefined ? !old.includes(pattern) : matches.size === 0)
          throw new StepProblem(missing([pattern]));
        if (matches === undefined) renamed.set(pattern, fresh);
        for (const [name, match] of matches ?? []) renamed.set(name, expand(fresh, match));
      }
      const after = (name: string) => renamed.get(name) ?? name;
      const cells = cellsOf(relation).map(({ field, sql }) => ({ field: { ...field, name: after(field.name) }, sql }));
      const seen = new Set<string>();
      for (const { field } of cells) {
        if (seen.has(field.name)) throw new StepProblem(twiceNamed(field.name));
        seen.add(field.name);
      }
      for (const name of old)
        work.came(relation.resource, after(name), 'copied', [{ resource: relation.resource, field: name }]);
      work.put(await work.project(relation, cells, { schema: schemaWith(relation.schema, after) }));
    }
  },
});

const twiceNamed = (name: string) => `two fields would be called "${name}"`;

function patternProblems({ fields, regex }: NamedFields): [number, string][] {
  if (!regex) return [];
  return fields.flatMap((pattern, i): [number, string][] => {
    const problem = namePatternProblem(pattern);
    return problem === undefined ? [] : [[i, problem]];
  });
}

/** Undefined where only the run can tell. */
function plannedChoice(
  { fields, regex }: NamedFields,
  table: KnownResource,
): { names: string[]; unknown: string[] } | undefined {
  if (table.fields === undefined) return undefined;
  const found = fields.map((name) => {
    if (!regex) return table.fields!.filter((other) => other === name);
    const matches = re2Matches(name, table.fields!);
    return matches && table.fields!.filter((_, i) => matches[i] !== null);
  });
  if (found.includes(undefined)) return undefined;
  return {
    names: [...new Set(found.flatMap((list) => list!))],
    unknown: fields.filter((_, i) => found[i]!.length === 0),
  };
}

async function chosen(work: StepWork, { fields, regex }: NamedFields, all: string[]): Promise<string[]> {
  const found: string[] = [];
  const unknown: string[] = [];
  for (const name of fields) {
    const matches = regex
      ? [...(await matchNames(name, all, work.context.signal)).keys()]
      : all.filter((other) => other === name);
    if (matches.length === 0) unknown.push(name);
    found.push(...matches);
  }
  if (unknown.length > 0) throw new StepProblem(missing(unknown));
  return [...new Set(found)];
}
