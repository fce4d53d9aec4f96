import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import { type Field, type FieldType, fieldTypes } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { castCells } from './cast-cells.ts';
import { fieldsOfFormat, formatProblem, formatSql, parseFormat } from './format-string.ts';
import { cellText } from './json-text.ts';
import { averageText, decimalText, isNumeric, numberKey, scanNumbers, unscaled } from './numbers.ts';
import { knownField, plannedTables } from './plan-tables.ts';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { StepProblem } from './step-failure.ts';
import { cellsOf, column, fieldIndex, from, type StepWork } from './step-work.ts';

const operations = ['sum', 'avg', 'min', 'max', 'multiply', 'constant', 'join', 'format'] as const;

interface Computed {
  operation: (typeof operations)[number];
  target: string | (Partial<Field> & { name: string });
  source?: string[];
  with?: unknown;
  type?: FieldType;
}
interface Params {
  resources?: ResourceSelector;
  fields: Computed[];
}

const type = Type.Optional(Type.Enum([...fieldTypes]));

export const addComputedField = processor<Params>({
  name: 'add_computed_field',
  version: '1.0.0',
  title: 'Compute fields',
  description: [
    '`fields: [{operation, target, source, with}]`, over the sources that are not empty: `sum`, `avg` (six digits more, half-even), `min`, `max`, `multiply` (scales are added), `join` (`with` = separator), `constant` (`with`), `format` (`with` = format string over the row).',
    'Without any value `sum` is 0, others are empty. Arithmetic is exact and fails beyond 38 digits.',
    'Type: `any` if a source is; string for `join` and `format`; number if a source is, or for `avg`; else that of the first source; `any` for constants. `type` overrides it.',
  ].join(' '),
  params: Type.Object(
    {
      resources: resourceSelector,
      fields: Type.Array(
        Type.Object(
          {
            operation: Type.Enum([...operations]),
            target: Type.Union([
              Type.String({ minLength: 1 }),
              Type.Object({ name: Type.String({ minLength: 1 }), type }),
            ]),
            source: Type.Optional(Type.Array(Type.String(), { maxItems: 16_384 })),
            with: Type.Optional(Type.Unknown()),
            type,
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 1000 },
      ),
    },
    { additionalProperties: false },
  ),
  plan(params, plan) {
    for (const [i, one] of params.fields.entries()) {
      const problem = shapeProblem(one);
      if (problem !== undefined) plan.problem(`/fields/${i}/${problem[0]}`, problem[1]);
    }
    for (const table of plannedTables(plan, params.resources)) {
      for (const [i, one] of params.fields.entries()) {
        for (const name of one.source ?? []) knownField(plan, table, name, `/fields/${i}/source`);
        if (one.operation === 'format' && typeof one.with === 'string' && table.fields) {
          const problem = shapeProblem(one) === undefined ? formatProblem(one.with, table.fields) : undefined;
          if (problem !== undefined) plan.problem(`/fields/${i}/with`, problem);
        }
        const { name } = targetOf(one);
        if (table.fields?.includes(name)) plan.problem(`/fields/${i}/target`, exists(name));
        table.fields = table.fields && [...table.fields, name];
      }
    }
  },
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      let computed = relation;
      for (const one of params.fields) computed = await addField(work, computed, one);
      work.put(computed);
    }
  },
});

interface AddField {
  resources?: ResourceSelector;
  name: string;
  type?: FieldType;
  default?: unknown;
  [key: string]: unknown;
}

export const addFieldConstant = processor<AddField>({
  name: 'add_field',
  version: '1.0.0',
  title: 'Add a field',
  description: 'A field `name` of `type` (default string) with the value `default` in every row, or empty.',
  params: Type.Object({
    resources: resourceSelector,
    name: Type.String({ minLength: 1 }),
    type,
    default: Type.Optional(Type.Unknown()),
  }),
  plan(params, plan) {
    for (const table of plannedTables(plan, params.resources)) {
      if (table.fields?.includes(params.name)) plan.problem('/name', exists(params.name));
      table.fields = table.fields && [...table.fields, params.name];
    }
  },
  async run({ resources, default: value, ...field }, work) {
    for (const relation of work.selected(resources)) {
      const target = { ...field, type: field.type ?? 'string' };
      work.put(await addField(work, relation, { operation: 'constant', target, with: value }));
    }
  },
});

const exists = (name: string) => `Field "${name}" exists already`;

function targetOf({ target, type }: Computed): Partial<Field> & { name: string } {
  const field = typeof target === 'string' ? { name: target } : target;
  return type === undefined ? field : { ...field, type };
}

function shapeProblem({ operation, source, with: given }: Computed): [key: string, problem: string] | undefined {
  if (operation === 'constant') return given === undefined ? ['with', 'with is needed: the value'] : undefined;
  if (operation === 'format') {
    if (typeof given !== 'string') return ['with', 'with is needed: the format string'];
    const problem = formatProblem(given, undefined);
    return problem === undefined ? undefined : ['with', problem];
  }
  if (source === undefined || source.length === 0) return ['source', 'source is needed: names of fields'];
  if (operation === 'join' && typeof given !== 'string') return ['with', 'with is needed: the separator'];
  return undefined;
}

async function addField(work: StepWork, relation: Relation, one: Computed): Promise<Relation> {
  const target = targetOf(one);
  const named = one.operation === 'format' ? fieldsOfFormat(parseFormat(String(one.with))) : (one.source ?? []);
  const { resource } = relation;
  work.came(
    resource,
    target.name,
    'computed',
    one.operation === 'constant' ? [] : named.map((field) => ({ resource, field })),
  );
  if (relation.fields.some(({ name }) => name === target.name)) throw new StepProblem(exists(target.name));
  const sources = (one.source ?? []).map((name) => fieldIndex(relation, name));
  const { inner, value } = await compile(work, relation, one, sources);
  const natural = typeOf(
    one,
    sources.map((index) => relation.fields[index]!.type),
  );
  const over = inner.length === 0 ? from(relation) : `(select *, ${inner.join(', ')} from ${from(relation)})`;
  const cells = cellsOf(relation);
  const columns = [...cells.map(({ sql }) => sql), `${value} as ${column(cells.length)}`];
  const sql = `select ${['_ord', '_row', ...columns].join(', ')} from ${over}`;
  // Overflow is a failure of this step, not of whoever reads the table later.
  const computes = ['sum', 'avg', 'multiply'].includes(one.operation);
  const table = computes ? await work.table(sql, relation) : await work.view(sql, relation);
  const field: Field = { ...target, type: natural };
  const added = { ...relation, table, fields: [...relation.fields, field] };
  if (target.type === undefined || target.type === natural) return added;
  return castCells(work, added, [{ index: cells.length, field: { ...field, type: target.type } }], 'fail');
}

function typeOf({ operation }: Computed, sources: FieldType[]): FieldType {
  if (operation === 'constant') return 'any';
  if (operation === 'join' || operation === 'format') return 'string';
  if (sources.includes('any')) return 'any';
  if (operation === 'avg' || sources.includes('number')) return 'number';
  return sources[0]!;
}

interface Compiled {
  /** Further columns beside those of the relation, `name` by `sql as name`. */
  inner: string[];
  value: string;
}

async function compile(work: StepWork, relation: Relation, one: Computed, sources: number[]): Promise<Compiled> {
  const cells = sources.map(column);
  switch (one.operation) {
    case 'constant': {
      const text = cellText(one.with);
      return { inner: [], value: text === null ? 'null::varchar' : literal(text) };
    }
    case 'format':
      return { inner: [], value: await formatSql(work, relation, String(one.with)) };
    case 'join':
      return {
        inner: [],
        value: `case when coalesce(${cells.join(', ')}) is not null then concat_ws(${[literal(String(one.with)), ...cells].join(', ')}) end`,
      };
    case 'min':
    case 'max':
      return extreme(work, relation, sources, one.operation);
    default:
      return arithmetic(work, relation, sources, one.operation);
  }
}

async function extreme(
  work: StepWork,
  relation: Relation,
  sources: number[],
  operation: 'min' | 'max',
): Promise<Compiled> {
  let keys = sources.map(column);
  if (sources.every((index) => isNumeric(relation.fields[index]!))) {
    const numbers = await scanNumbers(work, relation, sources);
    const odd = numbers.some((one) => one.odd);
    const to = {
      whole: Math.max(...numbers.map(({ whole }) => whole)),
      scale: Math.max(...numbers.map(({ scale }) => scale)),
    };
    keys = numbers.map((one) => numberKey({ ...one, odd }, to));
  }
  const pairs = sources.map((index, i) => `{'k': ${keys[i]}, 't': ${column(index)}}`);
  return {
    inner: [`list_sort(list_filter([${pairs.join(', ')}], lambda x: x.t is not null)) as computed`],
    value: `computed[${operation === 'min' ? 1 : -1}].t`,
  };
}

async function arithmetic(
  work: StepWork,
  relation: Relation,
  sources: number[],
  operation: 'sum' | 'avg' | 'multiply',
): Promise<Compiled> {
  const fields = sources.map((index) => relation.fields[index]!);
  for (const field of fields) refuseUncountable(field, operation);
  const numbers = await scanNumbers(work, relation, sources);
  const count = `(${sources.map((index) => `(${column(index)} is not null)::int`).join(' + ')}) as present`;
  if (operation === 'multiply') {
    const scale = numbers.reduce((sum, one) => sum + one.scale, 0);
    const factors = numbers.map(
      (one, i) => `coalesce(${unscaled(one, one.scale, fields[i]!.name)}, 1${'0'.repeat(one.scale)}::HUGEINT)`,
    );
    const inner = [count, `(${factors.join(' * ')}) as computed`];
    return { inner, value: `case when present > 0 then ${decimalText('computed', scale)} end` };
  }
  const scale = Math.max(...numbers.map((one) => one.scale));
  const terms = numbers.map((one, i) => `coalesce(${unscaled(one, scale, fields[i]!.name)}, 0::HUGEINT)`);
  const inner = [count, `(${terms.join(' + ')}) as computed`];
  return operation === 'sum'
    ? { inner, value: decimalText('computed', scale) }
    : { inner, value: `case when present > 0 then ${averageText('computed', 'present', scale)} end` };
}

export function refuseUncountable(field: Field, operation: string): void {
  if (!isNumeric(field) && field.type !== 'any' && field.type !== 'string')
    throw new StepProblem(`Field "${field.name}" is of type "${field.type}", of which there is no ${operation}`);
}
