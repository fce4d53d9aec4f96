import { literal, type Tabular } from '../../platform/tabular/index.ts';
import { compileField } from '../pure/compile-field.ts';
import { fieldsMatchOf, primaryKeyOf, type TableSchema } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { countOf } from './count-of.ts';
import { findRepeats } from './find-repeats.ts';
import { inferFields } from './infer-fields.ts';
import { judgeConstraints } from './judge-constraints.ts';
import {
  ProductFailure as Failure,
  type ProductFailure,
  type ProductIssue,
  type SourceTable,
} from './product-source.ts';
import { type CastField, type CellCheck, castField } from './pure/cast-sql.ts';
import { headerIssues, matchFields } from './pure/match-fields.ts';
import { type ProductPolicy, rejectsFailure } from './pure/policy.ts';
import { productField } from './pure/product-field.ts';
import { readSchema } from './pure/read-schema.ts';
import { agreeFields, type SchemaContract } from './pure/schema-contract.ts';
import { scanScales } from './scan-scales.ts';
import { settleAnyFormats } from './settle-any-formats.ts';
import { takeOddRows } from './take-odd-rows.ts';

export interface CastRequest {
  resource: string;
  source: SourceTable;
  /** Undefined: inferred over the whole table. */
  schema: TableSchema | undefined;
  policy: ProductPolicy;
  /** Undefined: nothing is known of earlier tables. */
  contract?: SchemaContract | undefined;
  signal?: AbortSignal | undefined;
  /** Prefix of the tables made. */
  table: string;
  descriptor: Record<string, unknown>;
}

export interface Cast {
  relation: Relation;
  schema: TableSchema;
  /** For each field the index of its column in the source; undefined: the source lacks it. */
  columns: (number | undefined)[];
  /** Findings about the header. */
  header: ProductIssue[];
  /** Table of findings in rows: the columns of `ProductIssue` but `row`, and `disposition`. */
  issues: string;
  /** Exact, by code; of header and rows. */
  counts: Map<string, number>;
  rejectedRows: number;
  /** Why there may be no CSV and no JSON. */
  failure: ProductFailure | undefined;
}

/** Listed of one table; counting goes on beyond. */
const maxListed = 100_000;
/** Lines in an `error_log`. */
const maxLines = 1000;

/**
 * Casts and checks every cell of a source by its schema (contract flows §7.2, §7.4): what fits becomes a relation in the
 * form of products, what does not is counted and listed, and the policy decides what that means for the products.
 */
export async function castTable(tabular: Tabular, request: CastRequest): Promise<Cast> {
  const { source, policy, table, resource } = request;
  const given =
    request.schema === undefined ? { fields: await inferFields(tabular, source) } : readSchema(request.schema);
  const found = matchFields(given.fields, source.names, fieldsMatchOf(given) ?? 'exact');
  const contract = request.contract ?? { columns: 'evolve', dataType: 'evolve', known: [] };
  const isDeclared = request.schema !== undefined;
  const agreed = agreeFields({ fields: given.fields, columns: found.columns, isDeclared }, contract);
  const { schema, problems } = await settleAnyFormats(
    tabular,
    { ...given, fields: agreed.fields },
    agreed.columns,
    source,
  );
  const match = { columns: agreed.columns, issues: [...found.issues, ...problems] };
  const broken = agreed.broken.map(contractIssue);
  const header = [...(source.headers === null ? [] : headerIssues(source.headers)), ...match.issues, ...broken];
  const counts = new Map<string, number>();
  const add = (code: string, n: number) => {
    if (n > 0) counts.set(code, (counts.get(code) ?? 0) + n);
  };
  for (const { code } of header) add(code, 1);

  const issues = `${table}_issues`;
  await tabular.run(`create or replace table ${issues} (row_number bigint, column_number integer, field varchar,
    code varchar, message varchar, value varchar, disposition varchar)`);
  const width = await takeOddRows(tabular, request, issues, add);
  const blank =
    source.names.length === 0
      ? 'false'
      : source.names.map((_, i) => `coalesce(trim(c${i + 1}), '') = ''`).join(' and ');
  await tabular.run(`insert into ${issues} select _row, null, null, 'blank-row', 'Row ' || _row || ' is completely blank', null, 'reported'
    from ${source.table} where ${blank}`);
  add('blank-row', await countOf(tabular, `${source.table} where ${blank}`));

  const refused = await judgeConstraints(tabular, { ...request, schema, columns: match.columns });
  const scales = await scanScales(tabular, schema, match.columns, source);
  const fields = schema.fields.map((_, i) =>
    castField(schema, i, match.columns[i], { ...source, refused: refused[i], scale: scales[i]! }),
  );
  const texts = `${table}_texts`;
  const strange = agreed.refused.map((one, i) => ({
    ...one,
    x: `x${i + 1}`,
    text: plainText(schema, one.column, source),
  }));
  const extra = strange.map(({ text, x }) => `, ${text} as ${x}`).join('');
  await tabular.run(`create or replace view ${texts} as select *, ${list(fields, (one) => `${one.value} as v${one.n}`, 'null as v0')} from (
    select _row, ${list(fields, (one) => `${one.text} as t${one.n}`, 'null as t0')}${extra} from ${source.table} where not (${blank}))`);
  const repeats = await findRepeats(tabular, {
    source,
    blank,
    texts,
    fields,
    key: primaryKeyOf(schema),
    uniqueKeys: schema.uniqueKeys ?? [],
    issues,
    disposition: ({ report: 'reported', fail: 'fatal', reject_row: 'row_rejected' } as const)[policy.unique],
    table,
  });
  for (const [code, n] of repeats.counts) add(code, n);
  const fateOf = (field: CastField, check: CellCheck): Fate =>
    check.code === 'type-or-format-error' && agreed.bound.has(field.field.name)
      ? byContract[contract.dataType as keyof typeof byContract]
      : byPolicy[policy.cast];
  await cellIssues(tabular, { texts, fields, issues, repeated: repeats.rows, fateOf, add });
  for (const { name, column, x } of strange) {
    const rows = `${texts} where ${x} is not null`;
    add('contract', await countOf(tabular, rows));
    await tabular.run(`insert into ${issues} select _row, ${column + 1}, ${literal(name)}, 'contract',
      'The value "' || ${x} || '" in row ' || _row || ' and column ${column + 1} does not conform to the contract: the column is new',
      ${x}, 'row_rejected' from ${rows} order by _row limit ${maxListed}`);
  }

  const rejected = [
    ...fields
      .flatMap((field) => field.checks.filter((check) => fateOf(field, check) === 'row_rejected'))
      .map((one) => one.violated),
    ...strange.map(({ x }) => `${x} is not null`),
  ];
  const notUnique = policy.unique === 'reject_row' ? [repeats.notUnique] : [];
  const dropped = [...rejected, ...notUnique.map((rows) => `_row in (select _row from ${rows})`)];
  const columns = fields.map((one) => {
    const wrong = one.checks
      .filter((check) => check.code !== 'required-constraint' && fateOf(one, check) === 'value_nulled')
      .map(({ violated }) => violated);
    return wrong.length > 0
      ? `case when not (${wrong.join(' or ')}) then ${one.canonical} end as f${one.n}`
      : `${one.canonical} as f${one.n}`;
  });
  await tabular.run(`create or replace table ${table} as select _row as _ord, _row, ${columns.join(', ') || 'null as f0'}
    from ${texts}${dropped.length > 0 ? ` where not (${dropped.map((one) => `coalesce(${one}, false)`).join(' or ')})` : ''}`);
  const kept = await countOf(tabular, table);
  const all = await countOf(tabular, texts);
  const rejectedRows = width + (all - kept);
  const { fields: declared, ...rest } = schema;
  return {
    relation: {
      resource,
      table,
      fields: declared.map(productField),
      schema: withoutFieldsMatch(rest),
      descriptor: request.descriptor,
    },
    schema,
    columns: match.columns,
    header,
    issues,
    counts,
    rejectedRows,
    failure: await failureOf(tabular, {
      request,
      match: match.issues,
      broken: agreed.broken,
      frozen: contract.dataType === 'freeze' ? agreed.bound : new Set(),
      issues,
      rejectedRows,
      kept,
      total: all + width,
    }),
  };
}

/** What becomes of a bad cell. */
type Fate = 'fatal' | 'row_rejected' | 'value_nulled';
const byPolicy: Record<ProductPolicy['cast'], Fate> = {
  fail: 'fatal',
  reject_row: 'row_rejected',
  null_value: 'value_nulled',
};
const byContract = { freeze: 'fatal', discard_row: 'row_rejected', discard_value: 'value_nulled' } as const;

const contractIssue = (message: string): ProductIssue => ({
  row_number: null,
  column_number: null,
  field: null,
  code: 'contract',
  message,
  value: null,
  row: null,
});

/** A cell of a column without a field, null when missing. */
function plainText(schema: TableSchema, column: number, { emptyIsNull }: SourceTable): string {
  const cell = { cell: `c${column + 1}`, emptyIsNull, padded: true, canonical: false };
  return compileField({ name: '', type: 'string' }, schema, cell, { t: 't', v: 'v' }).text;
}

/** Counts in one pass, then lists only what occurs. Answers the conditions that make a row a bad one. */
async function cellIssues(
  tabular: Tabular,
  given: {
    texts: string;
    fields: CastField[];
    issues: string;
    repeated: string;
    fateOf: (field: CastField, check: CellCheck) => Fate;
    add: (code: string, n: number) => void;
  },
): Promise<void> {
  const { texts, fields, issues, repeated, fateOf } = given;
  const checks = fields.flatMap((field) => field.checks.map((check) => ({ field, check })));
  if (checks.length === 0) return;
  const others = `not exists (select 1 from ${repeated} r where r._row = x._row)`;
  const sums = checks.map(({ check }, i) => `count(*) filter (where ${check.violated})::double as n${i}`);
  const [found] = await tabular.rows(`select ${sums.join(', ')} from ${texts} x where ${others}`);
  let room = maxListed;
  for (const [i, { field, check }] of checks.entries()) {
    const n = Number(found?.[`n${i}`] ?? 0);
    if (n === 0) continue;
    given.add(check.code, n);
    await tabular.run(`insert into ${issues}
      select _row, ${field.column}, ${literal(field.field.name)}, ${literal(check.code)}, ${check.message}, t${field.n}, ${literal(fateOf(field, check))}
      from ${texts} x where ${check.violated} and ${others} order by _row limit ${Math.max(0, room)}`);
    room -= n;
  }
}

async function failureOf(
  tabular: Tabular,
  given: {
    request: CastRequest;
    match: ProductIssue[];
    broken: string[];
    /** Fields a bad type of which breaks the contract. */
    frozen: ReadonlySet<string>;
    issues: string;
    rejectedRows: number;
    kept: number;
    total: number;
  },
): Promise<ProductFailure | undefined> {
  const { policy } = given.request;
  if (given.broken.length > 0) return new Failure('contract', given.broken);
  if (given.match.length > 0)
    return new Failure(
      'cast',
      given.match.map(({ message }) => message),
    );
  const fatal = `disposition = 'fatal'`;
  const count = await countOf(tabular, `${given.issues} where ${fatal}`);
  if (count > 0) {
    const rows = await tabular.rows(
      `select message from ${given.issues} where ${fatal} order by row_number, column_number limit ${maxLines}`,
    );
    const lines = rows.map(({ message }) => String(message));
    const all = count > lines.length ? [...lines, `… and ${count - lines.length} more`] : lines;
    return new Failure((await isFrozen(tabular, given)) ? 'contract' : 'cast', all);
  }
  const line = rejectsFailure(policy, given);
  return line === undefined ? undefined : new Failure('cast', [line]);
}

async function isFrozen(
  tabular: Tabular,
  { frozen, issues }: { frozen: ReadonlySet<string>; issues: string },
): Promise<boolean> {
  if (frozen.size === 0) return false;
  const names = [...frozen].map(literal).join(', ');
  return (await countOf(tabular, `${issues} where code = 'type-or-format-error' and field in (${names})`)) > 0;
}

function withoutFieldsMatch({ fieldsMatch: _, missingValues: __, ...rest }: Omit<TableSchema, 'fields'>) {
  return rest;
}

const list = (fields: CastField[], sql: (field: CastField) => string, none: string): string =>
  fields.length === 0 ? none : fields.map(sql).join(', ');
