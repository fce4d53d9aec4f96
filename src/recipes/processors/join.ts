import Type from 'typebox';
import type { Relation } from '../relation.ts';
import { byCodePoint } from './concatenate.ts';
import { resourceName } from './duplicate.ts';
import { fieldsOfFormat, formatProblem, formatSql, parseFormat } from './format-string.ts';
import { type Aggregate, aggregateSql, aggregates } from './join-aggregates.ts';
import { knownField, plannedPut, plannedTable } from './plan-tables.ts';
import { type KnownResource, processor, type StepPlan } from './processor.ts';
import { StepProblem } from './step-failure.ts';
import { column, fieldIndex, from, type StepWork } from './step-work.ts';

type Key = string | string[];
type Mode = 'inner' | 'half-outer' | 'full-outer';

interface Params {
  source: { name: string; key: Key; delete?: boolean };
  target: { name: string; key?: Key | null };
  fields: Record<string, { name?: string; aggregate?: Aggregate } | null>;
  mode?: Mode;
  full?: boolean;
}

const key = Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1, maxItems: 100 })]);

export const join = processor<Params>({
  name: 'join',
  version: '1.0.0',
  title: 'Join tables',
  description: [
    'Rows of `target` get fields aggregated from the rows of `source` with the same key. Keys are lists of fields, compared part by part as text, empty equal to empty, or format strings.',
    '`fields: {target field: {name, aggregate}}`; nothing given: the same name, `any`. Aggregates: `any` (the last value), `last`, `first`, `sum`, `min`, `max`, `avg`, `median`, `count` (of rows), `set`, `array`, `counters`.',
    '`mode`: `inner` drops rows without match, `half-outer` (default) keeps them, `full-outer` adds the unmatched keys of the source; or `full: true | false`.',
    '`target.key: null` makes a new resource of one row per key of the source. `source.delete: true` takes the source out.',
  ].join(' '),
  params: Type.Object(
    {
      source: Type.Object(
        { name: Type.String(), key, delete: Type.Optional(Type.Boolean()) },
        { additionalProperties: false },
      ),
      target: Type.Object(
        { name: resourceName, key: Type.Optional(Type.Union([Type.Null(), key])) },
        { additionalProperties: false },
      ),
      fields: Type.Record(
        Type.String({ minLength: 1 }),
        Type.Union([
          Type.Null(),
          Type.Object(
            { name: Type.Optional(Type.String()), aggregate: Type.Optional(Type.Enum([...aggregates])) },
            { additionalProperties: false },
          ),
        ]),
      ),
      mode: Type.Optional(Type.Enum(['inner', 'half-outer', 'full-outer'])),
      full: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  reads: ({ source, target }) => [[source.name], [target.name]],
  plan(params, plan) {
    const source = plannedTable(plan, params.source.name);
    const target = plannedTable(plan, params.target.name);
    planKey(plan, source, params.source.key, '/source/key');
    const targetKey = params.target.key ?? null;
    if (targetKey !== null) {
      planKey(plan, target, targetKey, '/target/key');
      if (partsOf(params.source.key) !== partsOf(targetKey))
        plan.problem('/target/key', 'the keys of source and target have different numbers of parts');
    }
    for (const [name, spec] of Object.entries(params.fields))
      if (spec?.aggregate !== 'count' || spec.name !== undefined)
        knownField(plan, source, spec?.name ?? name, `/fields/${name}`);
    const added = Object.keys(params.fields).sort(byCodePoint);
    if (params.source.delete) {
      const at = plan.tables.findIndex(({ resource }) => resource === params.source.name);
      if (at >= 0) plan.tables.splice(at, 1);
    }
    if (targetKey === null) plannedPut(plan, { resource: params.target.name, fields: added });
    else if (target !== undefined)
      plannedPut(plan, {
        ...target,
        fields: target.fields && [...target.fields, ...added.filter((name) => !target.fields!.includes(name))],
      });
  },
  async run(params, work) {
    const source = work.named(params.source.name);
    const deduplicated = (params.target.key ?? null) === null;
    const target = deduplicated ? undefined : work.named(params.target.name);
    if (deduplicated && work.relations.has(params.target.name) && params.target.name !== params.source.name)
      throw new StepProblem(`the resource "${params.target.name}" exists already`);
    const grouped = await groupSource(work, source, params);
    const joined =
      target === undefined
        ? await onePerKey(work, grouped, params.target.name)
        : await joinTarget(work, source, target, grouped, params);
    if (params.source.delete && params.source.name !== params.target.name) work.relations.delete(params.source.name);
    for (const [name, given] of Object.entries(params.fields)) {
      const field = given?.name ?? (given?.aggregate === 'count' ? undefined : name);
      const own = target?.fields.some((one) => one.name === name) ? [{ resource: target.resource, field: name }] : [];
      const from = [...own, ...(field === undefined ? [] : [{ resource: source.resource, field }])];
      work.came(joined.resource, name, 'aggregated', from);
    }
    if (target !== undefined)
      for (const { name: field } of target.fields)
        if (!Object.hasOwn(params.fields, field))
          work.came(joined.resource, field, 'copied', [{ resource: target.resource, field }]);
    work.put(joined);
  },
});

function planKey(plan: StepPlan, table: KnownResource | undefined, key: Key, at: string): void {
  if (typeof key !== 'string') {
    for (const name of key) knownField(plan, table, name, at);
    return;
  }
  const problem = formatProblem(key, table?.fields);
  if (problem !== undefined) plan.problem(at, problem);
  else if (fieldsOfFormat(parseFormat(key)).length === 0)
    plan.problem(at, `the format string names no field; a field is written as {${key}}`);
}

const partsOf = (key: Key) => (typeof key === 'string' ? 1 : key.length);

async function keySql(work: StepWork, relation: Relation, key: Key): Promise<string[]> {
  if (typeof key === 'string') return [await formatSql(work, relation, key)];
  return key.map((name) => column(fieldIndex(relation, name)));
}

/** The source, one row per key: `k1` …, then `v0` … for `fields`. */
interface Grouped {
  relation: Relation;
  keys: string[];
  fields: Relation['fields'];
}

async function groupSource(work: StepWork, source: Relation, params: Params): Promise<Grouped> {
  const keyCells = await keySql(work, source, params.source.key);
  const keys = keyCells.map((_, i) => `k${i + 1}`);
  const parts = [];
  for (const [i, target] of Object.keys(params.fields).sort(byCodePoint).entries()) {
    const { name, aggregate = 'any' } = params.fields[target] ?? {};
    const index = aggregate === 'count' && name === undefined ? undefined : fieldIndex(source, name ?? target);
    parts.push(await aggregateSql(work, source, target, index, aggregate, i));
  }
  const columns = parts.flatMap((part) => part.column ?? []);
  const rows = `(select ${['_ord', ...keyCells.map((sql, i) => `${sql} as ${keys[i]}`), ...columns].join(', ')} from ${from(source)})`;
  const simple = parts.flatMap(({ sql }, i) => (sql === undefined ? [] : [`${sql} as v${i}`]));
  const base = `select ${[...keys, ...simple].join(', ')} from ${rows} group by ${keys.join(', ')}`;
  const further = parts.flatMap(({ relation }, i) => {
    if (relation === undefined) return [];
    const on = keys.map((name) => `base.${name} is not distinct from j${i}.${name}`).join(' and ');
    return [`left join (${relation(rows, keys)}) j${i} on ${on}`];
  });
  const values = parts.map(({ relation }, i) => (relation === undefined ? `base.v${i}` : `j${i}.v as v${i}`));
  const table = await work.table(
    `select ${[...keys.map((name) => `base.${name}`), ...values].join(', ')} from (${base}) base ${further.join(' ')}`,
    source,
  );
  return { relation: { ...source, table }, keys, fields: parts.map(({ field }) => field) };
}

async function onePerKey(work: StepWork, grouped: Grouped, resource: string): Promise<Relation> {
  if (grouped.fields.length === 0) throw new StepProblem('no field would be left');
  const order = grouped.keys.map((name) => `${name} nulls first`).join(', ');
  const values = grouped.fields.map((_, i) => `v${i} as ${column(i)}`);
  const table = await work.table(
    `select row_number() over (order by ${order}) as _ord, null::bigint as _row, ${values.join(', ')} from ${from(grouped.relation)}`,
    grouped.relation,
  );
  return { resource, table, fields: grouped.fields, schema: {}, descriptor: { path: `data/${resource}.csv` } };
}

async function joinTarget(
  work: StepWork,
  source: Relation,
  target: Relation,
  grouped: Grouped,
  params: Params,
): Promise<Relation> {
  const mode: Mode = params.mode ?? (params.full === false ? 'inner' : 'half-outer');
  const targetKey = params.target.key!;
  const keyCells = await keySql(work, target, targetKey);
  const fields = [...target.fields];
  const values = new Map<number, string>();
  for (const [i, field] of grouped.fields.entries()) {
    let index = fields.findIndex(({ name }) => name === field.name);
    if (index >= 0 && fields[index]!.type !== field.type)
      throw new StepProblem(
        `Field "${field.name}" of "${target.resource}" is of type "${fields[index]!.type}", not "${field.type}"`,
      );
    if (index < 0) index = fields.push(field) - 1;
    values.set(index, `v${i}`);
  }
  const own = target.fields.length;
  const cells = fields.map((_, i) => {
    const value = values.get(i);
    if (value === undefined) return `t.${column(i)}`;
    const joined = i < own ? `case when g.found then g.${value} else t.${column(i)} end` : `g.${value}`;
    return `${joined} as ${column(i)}`;
  });
  const keyed = `(select *, ${keyCells.map((sql, i) => `${sql} as tk${i + 1}`).join(', ')} from ${from(target)})`;
  const groups = `(select true as found, * from ${from(grouped.relation)})`;
  const on = grouped.keys.map((name) => `t.t${name} is not distinct from g.${name}`).join(' and ');
  // Rows of another table of the spec are not those of this one's file.
  const row = work.relations.has(target.resource) ? 't._row' : 'null::bigint as _row';
  const matched = `select ${['t._ord', row, ...cells].join(', ')} from ${keyed} t ${mode === 'inner' ? 'join' : 'left join'} ${groups} g on ${on}`;
  let sql = matched;
  if (mode === 'full-outer') {
    const names = typeof targetKey === 'string' || typeof params.source.key === 'string' ? [] : targetKey;
    const rest = fields.map((field, i) => {
      const value = values.get(i);
      const at = names.indexOf(field.name);
      if (value === undefined && at >= 0) return `g.k${at + 1}`;
      return value === undefined ? 'null::varchar' : `g.${value}`;
    });
    const last = `(select coalesce(max(_ord), 0) from ${from(target)})`;
    const order = grouped.keys.map((name) => `g.${name} nulls first`).join(', ');
    sql = `${matched} union all select ${last} + row_number() over (order by ${order}), null::bigint, ${rest.join(', ')} from ${from(grouped.relation)} g anti join ${keyed} t on ${on}`;
  }
  const table = await work.table(sql, target, grouped.relation, source);
  return { ...target, table, fields };
}
