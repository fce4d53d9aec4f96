import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import type { Field } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { jsonText } from './json-text.ts';
import { isNumeric, normalNumber, normalNumberOf, scanNumbers } from './numbers.ts';
import { knownField, plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { column, fieldIndex, from, type StepWork } from './step-work.ts';

interface Params {
  resources?: ResourceSelector;
  in?: Record<string, unknown>[];
  out?: Record<string, unknown>[];
  all?: boolean;
}

const conditions = Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 1000 }));

export const filter = processor<Params>({
  name: 'filter',
  version: '1.0.0',
  title: 'Keep some rows',
  description:
    'A row stays if **any** single condition holds: `in` (the field equals the value) or `out` (it does not), over all keys of all objects. `all: true`: if every one holds. Numbers are compared as numbers, everything else in the form the CSV product shows; `null` is the empty cell.',
  params: Type.Object(
    { resources: resourceSelector, in: conditions, out: conditions, all: Type.Optional(Type.Boolean()) },
    { additionalProperties: false },
  ),
  plan(params, plan) {
    if ([...(params.in ?? []), ...(params.out ?? [])].every((one) => Object.keys(one).length === 0))
      plan.problem('', 'in or out needs at least one condition');
    for (const table of plannedTables(plan, params.resources)) {
      for (const key of ['in', 'out'] as const) {
        for (const [i, one] of (params[key] ?? []).entries())
          for (const name of Object.keys(one)) knownField(plan, table, name, `/${key}/${i}`);
      }
    }
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const sql = [
        ...(await conditionsSql(work, relation, params.in ?? [], 'is not distinct from')),
        ...(await conditionsSql(work, relation, params.out ?? [], 'is distinct from')),
      ];
      const where = sql.join(params.all ? ' and ' : ' or ');
      const table = await work.view(`select * from ${from(relation)} where ${where}`, relation);
      work.put({ ...relation, table });
    }
  },
});

async function conditionsSql(
  work: StepWork,
  relation: Relation,
  conditions: Record<string, unknown>[],
  comparison: string,
): Promise<string[]> {
  const sql: string[] = [];
  for (const [name, value] of conditions.flatMap((one) => Object.entries(one))) {
    const index = fieldIndex(relation, name);
    const field = relation.fields[index]!;
    const number = isNumeric(field) && value !== null ? normalNumberOf(String(value)) : undefined;
    if (number !== undefined) {
      const [numbers] = await scanNumbers(work, relation, [index]);
      sql.push(`${normalNumber(numbers!)} ${comparison} ${literal(number)}`);
    } else
      sql.push(`${column(index)} ${comparison} ${value === null ? 'null' : literal(canonicalValue(field, value))}`);
  }
  return sql;
}

/** A value of a spec as the cells of such a field are written. */
export function canonicalValue(field: Field, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'object') return jsonText(value);
  const text = String(value);
  if (field.type === 'boolean') return /^(true|1)$/i.test(text) ? 'True' : /^(false|0)$/i.test(text) ? 'False' : text;
  if (field.type === 'datetime') return text.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ').replace(/Z$/, '');
  return text;
}
