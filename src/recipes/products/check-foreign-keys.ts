import { literal, type Tabular } from '../../platform/tabular/index.ts';
import { normalNumber } from '../processors/numbers.ts';
import { type Field, type ForeignKey, sidesOf } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import type { Cast } from './cast-table.ts';
import { countOf } from './count-of.ts';
import { ProductFailure, type SourceTable } from './product-source.ts';
import { type ProductPolicy, rejectsFailure } from './pure/policy.ts';

/** Listed of one table; counting goes on beyond. */
const maxListed = 100_000;
const maxLines = 1000;

/** A table a foreign key may refer to; `unknown`: the package has none of this name, `unreadable`: it cannot be looked into. */
export type Referred = Relation | 'unknown' | 'unreadable';

/**
 * Looks for the rows that foreign keys refer to, once all tables concerned are cast: in this table, or in others of the package.
 * The policy for unique values says what an orphan means (contract flows §7.4). A part that is null refers to nothing.
 */
export async function checkForeignKeys(
  tabular: Tabular,
  given: { cast: Cast; source: SourceTable; policy: ProductPolicy; referred(resource: string): Promise<Referred> },
): Promise<Cast> {
  let { cast } = given;
  for (const [i, key] of (cast.schema.foreignKeys ?? []).entries()) {
    const { resource = '' } = key.reference;
    const own = resource === '' || resource === cast.relation.resource;
    const target = own ? cast.relation : await given.referred(resource);
    if (target === 'unreadable') continue;
    cast = await checkOne(tabular, { ...given, cast }, key, target, `${cast.relation.table}_orphans_${i + 1}`);
  }
  return cast;
}

async function checkOne(
  tabular: Tabular,
  { cast, source, policy }: { cast: Cast; source: SourceTable; policy: ProductPolicy },
  key: ForeignKey,
  target: Relation | 'unknown',
  orphans: string,
): Promise<Cast> {
  const { fields, target: names } = sidesOf(key);
  const place = `${target === 'unknown' ? key.reference.resource : target.resource}.${names.join(', ')}`;
  const own = fields.map((name) => columnOf(cast.relation, name));
  const other = target === 'unknown' ? [] : names.map((name) => columnOf(target, name));
  if (target === 'unknown' || other.includes(undefined) || own.includes(undefined))
    return withSchemaError(cast, `the foreign key of "${fields.join(', ')}" refers to "${place}", which is not there`);
  const keys = (columns: typeof own) => columns.map((one, i) => `${one!.key} as k${i + 1}`).join(', ');
  const same = own.map((_, i) => `r.k${i + 1} = p.k${i + 1}`).join(' and ');
  const shown = own.map((one) => one!.column).join(`, ', ', `);
  await tabular.run(`create or replace table ${orphans} as select r._row, r.shown
    from (select _row, concat(${shown}) as shown, ${keys(own)} from ${cast.relation.table}) r
    anti join (select distinct ${keys(other)} from ${target.table}) p on ${same}
    where ${own.map((_, i) => `r.k${i + 1} is not null`).join(' and ')}`);
  const n = await countOf(tabular, orphans);
  if (n === 0) return cast;
  const column =
    source.names.indexOf(fields[0]!) + 1 || cast.schema.fields.findIndex(({ name }) => name === fields[0]) + 1;
  const disposition = { report: 'reported', fail: 'fatal', reject_row: 'row_rejected' }[policy.unique];
  await tabular.run(`insert into ${cast.issues} select _row, ${column}, ${literal(fields.join(', '))}, 'foreign-key',
      'The value "' || shown || '" in row ' || _row || ' and column ${column} does not conform to the foreign key constraint of ' || ${literal(`"${place}"`)},
      shown, '${disposition}' from ${orphans} order by _row limit ${maxListed}`);
  const counts = new Map(cast.counts).set('foreign-key', (cast.counts.get('foreign-key') ?? 0) + n);
  if (policy.unique === 'fail') return { ...cast, counts, failure: await failureOf(tabular, cast, n) };
  if (policy.unique === 'report') return { ...cast, counts };
  await tabular.run(`delete from ${cast.relation.table} where _row in (select _row from ${orphans})`);
  const rejectedRows = cast.rejectedRows + n;
  const kept = await countOf(tabular, cast.relation.table);
  const line = rejectsFailure(policy, { rejectedRows, kept, total: kept + rejectedRows });
  const failure = cast.failure ?? (line === undefined ? undefined : new ProductFailure('cast', [line]));
  return { ...cast, counts, rejectedRows, failure };
}

/** The cell, and the same so that equal values are equal texts. */
function columnOf({ fields }: Relation, name: string): { column: string; key: string } | undefined {
  const at = fields.findIndex((field) => field.name === name);
  if (at === -1) return undefined;
  const column = `f${at + 1}`;
  return {
    column,
    key: isNumber(fields[at]!) ? normalNumber({ plain: column, text: column, whole: 0, scale: 0, odd: false }) : column,
  };
}

const isNumber = ({ type }: Field): boolean => type === 'integer' || type === 'number';

function withSchemaError(cast: Cast, problem: string): Cast {
  const message = `Table Schema error: ${problem}`;
  const issue = {
    row_number: null,
    column_number: null,
    field: null,
    code: 'schema-error',
    message,
    value: null,
    row: null,
  };
  const counts = new Map(cast.counts).set('schema-error', (cast.counts.get('schema-error') ?? 0) + 1);
  return { ...cast, header: [...cast.header, issue], counts };
}

async function failureOf(tabular: Tabular, cast: Cast, n: number): Promise<ProductFailure> {
  const before = cast.failure?.lines ?? [];
  const rows = await tabular.rows(
    `select message from ${cast.issues} where code = 'foreign-key' and disposition = 'fatal' order by row_number limit ${maxLines}`,
  );
  const lines = rows.map(({ message }) => String(message));
  const more = n > lines.length ? [`… and ${n - lines.length} more`] : [];
  return new ProductFailure('cast', [...before, ...lines, ...more]);
}
