import { DatabaseSync } from 'node:sqlite';
import type { Tabular } from '../../platform/tabular/index.ts';
import { nameColumns } from '../pure/name-columns.ts';
import { type Field, primaryKeyOf } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { distinctNames } from './distinct-names.ts';

/**
 * One table a relation and `_meta` with the descriptor; numbers that binary64 cannot hold are text. Keys and `not null` stand
 * where the rows keep them: what may be broken is the policy's to say, not the file's. Names that differ in case only are told apart
 * by a number. Answers what was left out.
 */
export async function writeSqlite(
  tabular: Tabular,
  relations: readonly Relation[],
  descriptor: unknown,
  file: string,
): Promise<string[]> {
  const database = new DatabaseSync(file);
  try {
    database.exec('pragma journal_mode = off; pragma synchronous = off');
    const left: string[] = [];
    const { names } = nameColumns(
      relations.map(({ resource }) => resource),
      ['_meta'],
    );
    for (const [i, relation] of relations.entries())
      left.push(...(await writeTable(database, tabular, { ...distinctNames(relation), resource: names[i]! })));
    database.exec('create table _meta (descriptor text not null)');
    database.prepare('insert into _meta values (?)').run(JSON.stringify(descriptor));
    return left;
  } finally {
    database.close();
  }
}

async function writeTable(database: DatabaseSync, tabular: Tabular, relation: Relation): Promise<string[]> {
  const kinds = await Promise.all(relation.fields.map((field, i) => kindOf(tabular, relation.table, field, i + 1)));
  const { key, required, left } = await keptConstraints(tabular, relation);
  const columns = relation.fields.map(
    ({ name }, i) => `${identifier(name)} ${kinds[i]}${required.includes(name) ? ' not null' : ''}`,
  );
  const primary = key.length === 0 ? '' : `, primary key (${key.map(identifier).join(', ')})`;
  const table = identifier(relation.resource);
  database.exec(`create table ${table} (${columns.join(', ')}${primary})`);
  const insert = database.prepare(`insert into ${table} values (${columns.map(() => '?').join(', ')})`);
  insert.setAllowBareNamedParameters(false);
  database.exec('begin');
  const cells = relation.fields.map((_, i) => `f${i + 1}`).join(', ');
  for await (const rows of tabular.stream(`select ${cells} from ${relation.table} order by _ord`)) {
    for (const row of rows) insert.run(...kinds.map((kind, i) => stored(kind, row[`f${i + 1}`])));
  }
  database.exec('commit');
  return left;
}

async function keptConstraints(tabular: Tabular, { resource, table, fields, schema }: Relation) {
  const key = primaryKeyOf({ fields, ...schema });
  const wanted = fields.filter(({ name, constraints }) => constraints?.required === true || key.includes(name));
  const columnOf = (name: string) => `f${fields.findIndex((field) => field.name === name) + 1}`;
  const left: string[] = [];
  const holds = async (sql: string, what: string) => {
    const [row] = await tabular.rows(`select ${sql} as holds from ${table}`);
    if (row?.holds !== true) left.push(`${resource}: ${what} is left out of SQLite, since rows break it`);
    return row?.holds === true;
  };
  const required: string[] = [];
  for (const { name } of wanted)
    if (await holds(`count(*) = count(${columnOf(name)})`, `"not null" of "${name}"`)) required.push(name);
  if (key.length === 0) return { key, required, left };
  const columns = key.map(columnOf).join(', ');
  const isKey =
    key.every((name) => required.includes(name)) &&
    (await holds(`count(*) = count(distinct (${columns}))`, `the primary key ${key.join(', ')}`));
  return { key: isKey ? key : [], required, left };
}

type Kind = 'integer' | 'real' | 'text' | 'boolean';

async function kindOf(tabular: Tabular, table: string, field: Field, n: number): Promise<Kind> {
  if (field.type === 'boolean') return 'boolean';
  if (!['integer', 'number', 'year'].includes(field.type)) return 'text';
  const f = `f${n}`;
  const whole = `try_cast(${f} as bigint) is not null`;
  const exact = `try_cast(${f} as decimal(38, 18)) = try_cast(try_cast(${f} as double)::varchar as decimal(38, 18))`;
  const [row] = await tabular.rows(
    `select coalesce(bool_and(coalesce(${field.type === 'number' ? exact : whole}, false)), true) as fits from ${table} where ${f} is not null`,
  );
  if (row?.fits !== true) return 'text';
  return field.type === 'number' ? 'real' : 'integer';
}

function stored(kind: Kind, cell: unknown): null | string | number | bigint {
  if (cell === null || cell === undefined) return null;
  const text = String(cell);
  if (kind === 'boolean') return text === 'True' ? 1 : 0;
  if (kind === 'integer') return BigInt(text.replace(/^\+/, ''));
  return kind === 'real' ? Number(text) : text;
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
