import Type from 'typebox';
import type { Relation } from '../relation.ts';
import { fieldsOfFormat, formatProblem, formatSql, parseFormat } from './format-string.ts';
import { isNumeric, numberKey, scanNumbers } from './numbers.ts';
import { knownField, plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { column, fieldIndex, from, type StepWork } from './step-work.ts';

interface SortKey {
  field: string;
  order?: 'asc' | 'desc';
}
interface Params {
  resources?: ResourceSelector;
  'sort-by': string | SortKey[];
  reverse?: boolean;
}

export const sort = processor<Params>({
  name: 'sort',
  version: '1.0.0',
  title: 'Sort rows',
  description:
    '`sort-by` is a format string such as `{date}`, compared as **text by code point**; `{n:0>10}` sorts whole numbers by size. Rows of equal key keep their order; `reverse` turns the keys round. Or a list of `{field, order}` (`asc`, `desc`), compared by value, nulls last.',
  params: Type.Object(
    {
      resources: resourceSelector,
      'sort-by': Type.Union([
        Type.String({ minLength: 1 }),
        Type.Array(
          Type.Object(
            {
              field: Type.String(),
              order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
            },
            { additionalProperties: false },
          ),
          { minItems: 1, maxItems: 100 },
        ),
      ]),
      reverse: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  plan(params, plan) {
    const by = params['sort-by'];
    const tables = plannedTables(plan, params.resources);
    if (typeof by !== 'string') {
      for (const table of tables)
        for (const [i, { field }] of by.entries()) knownField(plan, table, field, `/sort-by/${i}/field`);
      return;
    }
    const problem = formatProblem(by, undefined) ?? tables.map(({ fields }) => formatProblem(by, fields)).find(Boolean);
    if (problem !== undefined) plan.problem('/sort-by', problem);
    else if (fieldsOfFormat(parseFormat(by)).length === 0)
      plan.problem('/sort-by', `the format string names no field; a field is written as {${by}}`);
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const by = params['sort-by'];
      const keys =
        typeof by === 'string'
          ? [`${await formatSql(work, relation, by)} ${params.reverse ? 'desc' : 'asc'}`]
          : await typedKeys(work, relation, by, params.reverse === true);
      const ordered = `select row_number() over (order by ${keys.join(', ')}, _ord) as _ord, * exclude (_ord) from ${from(relation)}`;
      work.put({ ...relation, table: await work.table(ordered, relation) });
    }
  },
});

async function typedKeys(work: StepWork, relation: Relation, keys: SortKey[], reverse: boolean): Promise<string[]> {
  const sql: string[] = [];
  for (const { field: name, order } of keys) {
    const index = fieldIndex(relation, name);
    const descending = (order === 'desc') !== reverse;
    let key = column(index);
    if (isNumeric(relation.fields[index]!)) key = numberKey((await scanNumbers(work, relation, [index]))[0]!);
    sql.push(`${key} ${descending ? 'desc' : 'asc'} nulls last`);
  }
  return sql;
}
