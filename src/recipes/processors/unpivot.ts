import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import { type Field, fieldTypes } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { canonicalField, castCells } from './cast-cells.ts';
import { cellText } from './json-text.ts';
import { matchNames, namePatternProblem } from './name-patterns.ts';
import { plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { expand, replacementProblem } from './replacement.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { StepProblem } from './step-failure.ts';
import { cellsOf, column, from, type StepWork, schemaWith } from './step-work.ts';

interface Params {
  resources?: ResourceSelector;
  unpivot: { name: string; keys: Record<string, unknown> }[];
  extraKeyFields: Field[];
  extraValueField: Field;
}

const newField = Type.Object({ name: Type.String({ minLength: 1 }), type: Type.Optional(Type.Enum([...fieldTypes])) });

export const unpivot = processor<Params>({
  name: 'unpivot',
  version: '1.0.0',
  title: 'Columns become rows',
  description:
    'Per row, one row for each field whose whole name matches a pattern of `unpivot`, in the order of patterns, then fields: the fields that match none, the key fields (`keys`: a value, or `\\1` for a group of the match), the value. A field goes with the first pattern it matches. Empty values are kept.',
  params: Type.Object(
    {
      resources: resourceSelector,
      unpivot: Type.Array(
        Type.Object(
          { name: Type.String(), keys: Type.Record(Type.String(), Type.Unknown()) },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 1000 },
      ),
      extraKeyFields: Type.Array(newField, { maxItems: 100 }),
      extraValueField: newField,
    },
    { additionalProperties: false },
  ),
  plan(params, plan) {
    const keyNames = params.extraKeyFields.map(({ name }) => name);
    for (const [i, { name, keys }] of params.unpivot.entries()) {
      const problem = namePatternProblem(name);
      if (problem !== undefined) plan.problem(`/unpivot/${i}/name`, problem);
      for (const [key, value] of Object.entries(keys)) {
        const wrong = !keyNames.includes(key)
          ? `"${key}" is not among extraKeyFields`
          : typeof value === 'string' && problem === undefined
            ? replacementProblem(name, value)
            : undefined;
        if (wrong !== undefined) plan.problem(`/unpivot/${i}/keys/${key}`, wrong);
      }
    }
    const fresh = [...keyNames, params.extraValueField.name];
    const twice = fresh.find((name, i) => fresh.indexOf(name) !== i);
    if (twice !== undefined) plan.problem('/extraKeyFields', `two fields would be called "${twice}"`);
    for (const table of plannedTables(plan, params.resources)) table.fields = undefined;
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) work.put(await unpivoted(work, relation, params));
  },
});

interface Turned {
  index: number;
  /** Texts of the key fields. */
  keys: (string | null)[];
}

async function unpivoted(work: StepWork, relation: Relation, params: Params): Promise<Relation> {
  const keyFields = params.extraKeyFields.map(typed);
  const valueField = typed(params.extraValueField);
  const turned = await turnedColumns(work, relation, params);
  if (turned.length === 0)
    throw new StepProblem(`No field found matching ${params.unpivot.map(({ name }) => `"${name}"`).join(', ')}`);
  const gone = new Set(turned.map(({ index }) => index));
  const kept = cellsOf(relation).filter((_, i) => !gone.has(i));
  const fields = [...kept.map(({ field }) => field), ...keyFields, valueField];
  const twice = fields.find(({ name }, i) => fields.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) throw new StepProblem(`two fields would be called "${twice.name}"`);

  const { resource } = relation;
  const turnedFields = turned.map(({ index }) => ({ resource, field: relation.fields[index]!.name }));
  for (const { name } of keyFields) work.came(resource, name, 'computed', turnedFields);
  work.came(resource, valueField.name, 'copied', turnedFields);
  const fitting = await castCells(work, relation, differing(relation, turned, valueField));
  const rows = turned.map(({ index, keys }, i) => {
    const texts = keys.map((text, j) => `'k${j}': ${text === null ? 'null::varchar' : literal(text)}`);
    return `{${[`'i': ${i}`, ...texts, `'v': ${column(index)}`].join(', ')}}`;
  });
  const counted = await compact(work, fitting, turned.length);
  const columns = [...kept.map(({ sql }) => sql), ...keyFields.map((_, j) => `u.k${j}`), 'u.v'].map(
    (sql, i) => `${sql} as ${column(i)}`,
  );
  const table = await work.view(
    `select _ord * ${turned.length} + u.i as _ord, _row, ${columns.join(', ')} from (select *, unnest([${rows.join(', ')}]) as u from ${from(counted)})`,
    counted,
  );
  const names = new Set(kept.map(({ field }) => field.name));
  const schema = schemaWith(relation.schema, (name) => (names.has(name) ? name : undefined));
  // A key of the wide table is none of the long one.
  const { primaryKey: _, uniqueKeys: __, ...rest } = schema;
  const long = { ...relation, table, fields, schema: rest };
  return castCells(
    work,
    long,
    keyFields.map((field, j) => ({ index: kept.length + j, field })),
    'fail',
  );
}

const typed = (field: Field): Field => ({ ...field, type: field.type ?? 'string' });

async function turnedColumns(work: StepWork, relation: Relation, params: Params): Promise<Turned[]> {
  let names = relation.fields.map(({ name }) => name);
  const turned: Turned[] = [];
  for (const { name: pattern, keys } of params.unpivot) {
    const matches = await matchNames(pattern, names, work.context.signal);
    for (const [name, match] of matches) {
      const texts = params.extraKeyFields.map((field) => {
        const value = keys[field.name];
        return typeof value === 'string' ? expand(value, match) : cellText(value);
      });
      turned.push({ index: relation.fields.findIndex((field) => field.name === name), keys: texts });
    }
    names = names.filter((name) => !matches.has(name));
  }
  return turned;
}

function differing(relation: Relation, turned: Turned[], valueField: Field) {
  return turned.flatMap(({ index }) => {
    const field = relation.fields[index]!;
    if (field.type === valueField.type || ['string', 'any'].includes(valueField.type)) return [];
    const readAs = field.type === 'string' || field.type === 'any' ? valueField : canonicalField(valueField);
    return [{ index, field: { ...readAs, name: field.name } }];
  });
}

/** `_ord` is multiplied: where that could leave BIGINT it is counted anew first. */
async function compact(work: StepWork, relation: Relation, by: number): Promise<Relation> {
  const [row] = await work.tabular.rows(`select coalesce(max(abs(_ord)), 0)::double as n from ${from(relation)}`);
  if (Number(row!.n) * by < 1e18) return relation;
  const table = await work.table(
    `select row_number() over (order by _ord) as _ord, * exclude (_ord) from ${from(relation)}`,
    relation,
  );
  return { ...relation, table };
}
