import { notUniqueMessage, uniqueColumns } from '../products/pure/unique-columns.ts';
import { primaryKeyOf } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { canonicalField, castCells, fatalLines, readCells } from './cast-cells.ts';
import type { BadCell, NotUnique } from './step-context.ts';
import { StepProblem } from './step-failure.ts';
import { from, type StepWork } from './step-work.ts';

const fates = { report: 'reported', fail: 'fatal', reject_row: 'row_rejected' } as const;

/**
 * Checks all values of a table by the types, constraints and keys of its schema, and does with what breaks them as the policy says
 * (flows contract §7.4). Only what was not found before with the same outcome is a finding.
 */
export async function checkAgain(
  work: StepWork,
  relation: Relation,
  policy: { cast: BadCell; unique: NotUnique },
): Promise<Relation> {
  const targets = targetsOf(relation, relation.fields);
  const checked = await castCells(work, relation, targets, policy.cast, true);
  return checkUnique(work, checked, policy.unique);
}

/** A field of the primary key has a value, and cells have the form of products. */
function targetsOf(relation: Relation, fields: Relation['fields']) {
  const key = primaryKeyOf({ ...relation.schema, fields: [] });
  return fields.map((field) => {
    const { constraints } = field;
    const checked = key.includes(field.name) ? { ...constraints, required: true } : constraints;
    const index = relation.fields.indexOf(field);
    return { index, field: canonicalField(checked === undefined ? field : { ...field, constraints: checked }) };
  });
}

async function checkUnique(work: StepWork, relation: Relation, policy: NotUnique): Promise<Relation> {
  const key = primaryKeyOf({ ...relation.schema, fields: [] });
  const { uniqueKeys = [] } = relation.schema;
  const names = new Set([...key, ...uniqueKeys.flat()]);
  const concerned = relation.fields.filter(({ name, constraints }) => names.has(name) || constraints?.unique === true);
  if (concerned.length === 0) return relation;
  const { fields, rows, raw } = await readCells(work, relation, targetsOf(relation, concerned), true);
  const issues = await work.issues();
  const repeats: string[] = [];
  for (const { columns, column, name } of uniqueColumns(fields, { key, uniqueKeys })) {
    const value = columns.length === 1 ? columns[0]! : `to_json([${columns.join(', ')}])::varchar`;
    const first = `(select * from (select x.*, ${value} as value from ${rows} x) x
      where ${[...columns.map((one) => `${one} is not null`), issues.isFirst].join(' and ')})`;
    const alike =
      await work.table(`select value, list(_row order by _ord) as alike, list(_ord order by _ord) as ords from ${first}
      where value in (select value from ${first} group by 1 having count(*) > 1) group by 1`);
    const repeated =
      await work.table(`select ords[i] as _ord, value, ${notUniqueMessage('alike', 'i', column)} as message
      from ${alike}, range(2, len(ords) + 1) r (i)`);
    await issues.add({
      code: 'unique-constraint',
      field: name,
      fate: fates[policy],
      rows: `(select r.*, u.value, u.message from ${rows} r join ${repeated} u on r._ord = u._ord)`,
      where: 'true',
      column,
      message: 'x.message',
      value: 'x.value',
      raw,
    });
    repeats.push(repeated);
  }
  if (policy === 'fail' && issues.fatal > 0) throw new StepProblem(await fatalLines(work));
  return policy === 'reject_row' ? without(work, relation, repeats) : relation;
}

async function without(work: StepWork, relation: Relation, repeats: string[]): Promise<Relation> {
  const gone = repeats.map((table) => `select _ord from ${table}`).join(' union ');
  const [row] = await work.tabular.rows(`select count(*)::double as n from (${gone})`);
  const n = Number(row!.n);
  if (n === 0) return relation;
  (await work.issues()).reject(n);
  const table = await work.table(`select * from ${from(relation)} where _ord not in (${gone})`, relation);
  return { ...relation, table };
}
