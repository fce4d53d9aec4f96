import Type from 'typebox';
import { type Field, fieldTypes, schemaProblems } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { type CastTarget, canonicalField, castCells } from './cast-cells.ts';
import { matchNames, namePatternProblem, re2Matches } from './name-patterns.ts';
import { plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { StepProblem } from './step-failure.ts';
import { cellsOf, schemaWith } from './step-work.ts';

interface Params {
  resources?: ResourceSelector;
  types: Record<string, Partial<Field> | null>;
}

const noMatch = (pattern: string) => `No field found matching "${pattern}"`;

export const setTypes = processor<Params>({
  name: 'set_types',
  version: '1.0.0',
  title: 'Set types of fields',
  description:
    '`types: {pattern: {type, format, …}}`: fields whose whole name matches get these properties, and their values are read again by them. `null` leaves the field out. A pattern without match fails.',
  params: Type.Object(
    {
      resources: resourceSelector,
      types: Type.Record(
        Type.String(),
        Type.Union([Type.Null(), Type.Object({ type: Type.Optional(Type.Enum([...fieldTypes])) })]),
        { minProperties: 1 },
      ),
    },
    { additionalProperties: false },
  ),
  plan(params, plan) {
    const gone: string[] = [];
    for (const [pattern, options] of Object.entries(params.types)) {
      const at = `/types/${pattern.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const problem = namePatternProblem(pattern);
      if (problem !== undefined) plan.problem(at, problem);
      if (options === null) gone.push(pattern);
      else if (options.name !== undefined) plan.problem(`${at}/name`, 'a field is renamed by rename_fields');
      else
        for (const { pointer, problem } of schemaProblems({ fields: [{ type: 'any', ...options, name: 'x' }] }))
          plan.problem(`${at}${pointer.replace('/fields/0', '')}`, problem);
    }
    for (const table of plannedTables(plan, params.resources)) {
      const known = table.fields;
      if (known === undefined) continue;
      for (const pattern of Object.keys(params.types)) {
        if (re2Matches(pattern, known)?.every((match) => match === null))
          plan.problem(`/types/${pattern.replaceAll('~', '~0').replaceAll('/', '~1')}`, noMatch(pattern));
      }
      const matches = gone.map((pattern) => re2Matches(pattern, known));
      table.fields = matches.includes(undefined)
        ? undefined
        : known.filter((_, i) => matches.every((list) => list![i] === null));
    }
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const names = relation.fields.map(({ name }) => name);
      const fields: (Field | null)[] = [...relation.fields];
      const changed = new Set<number>();
      for (const [pattern, options] of Object.entries(params.types)) {
        const matches = await matchNames(pattern, names, work.context.signal);
        if (matches.size === 0) throw new StepProblem(noMatch(pattern));
        for (const name of matches.keys()) {
          const index = names.indexOf(name);
          const field = fields[index];
          fields[index] = field && options !== null ? merged(field, options) : null;
          changed.add(index);
        }
      }
      const targets = [...changed].flatMap((index): CastTarget[] => {
        const field = fields[index];
        return field ? [{ index, field: readAs(relation.fields[index]!, field) }] : [];
      });
      const cast = await castCells(work, relation, targets);
      for (const { field } of targets)
        work.came(relation.resource, field.name, 'cast', [{ resource: relation.resource, field: field.name }]);
      work.put(await leftOut(cast, fields));
    }

    async function leftOut(relation: Relation, fields: (Field | null)[]): Promise<Relation> {
      if (!fields.includes(null)) return relation;
      const cells = cellsOf(relation).filter((_, i) => fields[i] !== null);
      if (cells.length === 0) throw new StepProblem('no field would be left');
      const kept = new Set(cells.map(({ field }) => field.name));
      const schema = schemaWith(relation.schema, (name) => (kept.has(name) ? name : undefined));
      return work.project(relation, cells, { schema });
    }
  },
});

/** A new type forgets how the old one was written. */
function merged(field: Field, options: Partial<Field>): Field {
  const { format, decimalChar, groupChar, bareNumber, trueValues, falseValues, ...rest } = field;
  return options.type === undefined || options.type === field.type
    ? { ...field, ...options }
    : { ...rest, ...options, name: field.name };
}

/** Values of the type already have the form of products; only others are read by the format given. */
function readAs(old: Field, field: Field): Field {
  return old.type === field.type && field.type !== 'string' ? canonicalField(field) : field;
}
