import { DatabaseSync } from 'node:sqlite';
import type { Tabular } from '../../platform/tabular/index.ts';
import { type Field, primaryKeyOf } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';

/** One table a relation and `_meta` with the descriptor; numbers that binary64 cannot hold are text. */
export async function writeSqlite(
  tabular: Tabular,
  relations: readonly Relation[],
  descriptor: unknown,
  file: string,
): Promise<void> {
  const database = new DatabaseSync(file);
  try {
    database.exec('pragma journal_mode = off; pragma synchronous = off');
    for (const relation of relations) await writeTable(database, tabular, relation);
    database.exec('create table _meta (descriptor text not null)');
    database.prepare('insert into _meta values (?)').run(JSON.stringify(descriptor));
  } finally {
    database.close();
  }
}

async function writeTable(database: DatabaseSync, tabular: Tabular, relation: Relation): Promise<void> {
  const kinds = await Promise.all(relation.fields.map((field, i) => kindOf(tabular, relation.table, field, i + 1)));
  const key = primaryKeyOf({ fields: relation.fields, ...relation.schema });
  const columns = relation.fields.map(({ name, constraints }, i) => {
    const notNull = constraints?.required === true || key.includes(name) ? ' not null' : '';
    return `${identifier(name)} ${kinds[i]}${notNull}`;
  });
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
