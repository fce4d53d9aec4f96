import { RE2JS } from 're2js';
import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import { canonicalField, castCells } from './cast-cells.ts';
import { knownField, plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { re2Replacement, replacementProblem } from './replacement.ts';
import { type ResourceSelector, re2Problem, resourceSelector } from './select-resources.ts';
import { cellsOf, fieldIndex } from './step-work.ts';

interface Params {
  resources?: ResourceSelector;
  fields: { name: string; patterns: { find: string; replace: string }[] }[];
}

export const findReplace = processor<Params>({
  name: 'find_replace',
  version: '1.0.0',
  title: 'Find and replace',
  description:
    'Per field, each pattern (RE2) is replaced everywhere in the text of the value, one after another; `\\1` or `\\g<name>` is a group of the match. Empty cells stay empty. Then the value is read again as the type of the field.',
  params: Type.Object(
    {
      resources: resourceSelector,
      fields: Type.Array(
        Type.Object(
          {
            name: Type.String(),
            patterns: Type.Array(
              Type.Object(
                { find: Type.String({ minLength: 1 }), replace: Type.String({ maxLength: 10_000 }) },
                { additionalProperties: false },
              ),
              { minItems: 1, maxItems: 100 },
            ),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 1000 },
      ),
    },
    { additionalProperties: false },
  ),
  plan(params, plan) {
    for (const [i, { patterns }] of params.fields.entries()) {
      for (const [j, { find, replace }] of patterns.entries()) {
        const at = `/fields/${i}/patterns/${j}`;
        const problem = re2Problem(find);
        if (problem !== undefined) plan.problem(`${at}/find`, problem);
        const wrong = problem ?? replacementProblem(find, replace) ?? compiled(find, replace);
        if (problem === undefined && typeof wrong === 'string') plan.problem(`${at}/replace`, wrong);
      }
    }
    for (const table of plannedTables(plan, params.resources))
      for (const [i, { name }] of params.fields.entries()) knownField(plan, table, name, `/fields/${i}/name`);
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const cells = cellsOf(relation);
      const changed = new Set<number>();
      for (const { name, patterns } of params.fields) {
        const index = fieldIndex(relation, name);
        changed.add(index);
        work.came(relation.resource, name, 'computed', [{ resource: relation.resource, field: name }]);
        const sql = patterns.reduce(
          (text, { find, replace }) =>
            `regexp_replace(${text}, ${literal(find)}, ${literal(rewrite(find, replace))}, 'g')`,
          cells[index]!.sql,
        );
        cells[index] = { field: cells[index]!.field, sql };
      }
      const replaced = await work.project(relation, cells);
      const targets = [...changed].map((index) => ({ index, field: canonicalField(relation.fields[index]!) }));
      work.put(await castCells(work, replaced, targets));
    }
  },
});

function rewrite(find: string, replace: string): string {
  return re2Replacement(find, replace, (name) => RE2JS.compile(find).namedGroups()[name]!);
}

/** Undefined when the replacement can be written for RE2, else why not. */
function compiled(find: string, replace: string): string | undefined {
  try {
    rewrite(find, replace);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
