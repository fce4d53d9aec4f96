import path from 'node:path';
import { identifier, literal, openTabular, type Tabular } from '../platform/tabular/index.ts';
import { unreadableFile } from './errors.ts';
import type { FieldType } from './pure/table-schema.ts';
import { columnsOf, type StageContext } from './stage-delimited.ts';
import type { Staged } from './staged.ts';

/** A Parquet file as text; its own types become the schema, so that only real conflicts are judged anew. */
export async function stageParquet(file: string, context: StageContext): Promise<Staged> {
  const tabular = await openTabular({ workFolder: context.workFolder, readFolders: [path.dirname(file)] });
  let described: { name: string; type: string }[];
  let headers: string[];
  try {
    described = await tabular.describe(`select * from read_parquet(${literal(file)})`);
    headers = await headersOf(tabular, file);
  } catch (error) {
    throw unreadableFile('Parquet', error);
  } finally {
    tabular.close();
  }
  const { columns, issues } = columnsOf(headers, true, context.limits);
  const cells = described.map(({ name, type }, i) => `${textOf(identifier(name), type)} as c${i + 1}`);
  return {
    relation: `(select ${cells.join(', ')} from read_parquet(${literal(file)}))`,
    numbered: false,
    firstLine: 1,
    columns: columns.map((column, i) => ({ ...column, known: knownType(described[i]!.type) })),
    emptyIsNull: false,
    padded: false,
    rejected: undefined,
    issues,
    reading: { format: 'parquet', compression: 'none', direct: true },
  };
}

/** As they stand in the file: the engine renames one that differs from another in case only. */
async function headersOf(tabular: Tabular, file: string): Promise<string[]> {
  const nodes = await tabular.rows(
    `select name, coalesce(num_children, 0)::double as children from parquet_schema(${literal(file)})`,
  );
  const headers: string[] = [];
  // The root comes first, then each column followed by what is nested in it.
  for (let at = 1; at < nodes.length; at = after(at)) headers.push(String(nodes[at]!.name));
  return headers;

  function after(at: number): number {
    let next = at + 1;
    for (let n = Number(nodes[at]!.children); n > 0; n -= 1) next = after(next);
    return next;
  }
}

/** A float stays a float: its text has more digits than it ever meant. */
function knownType(type: string): { type: FieldType; physical?: string } {
  const field = fieldTypeOf(type);
  if (type === 'DOUBLE' || type === 'FLOAT') return { type: field, physical: 'DOUBLE' };
  return type.startsWith('DECIMAL') ? { type: field, physical: type } : { type: field };
}

function fieldTypeOf(type: string): FieldType {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(type) || /^DECIMAL\(\d+,0\)$/.test(type)) return 'integer';
  if (/^(DECIMAL|DOUBLE|FLOAT)/.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (type === 'DATE') return 'date';
  if (type.startsWith('TIMESTAMP')) return 'datetime';
  if (type === 'TIME') return 'time';
  if (type.endsWith('[]')) return 'array';
  return /^(STRUCT|MAP)/.test(type) ? 'object' : 'string';
}

/** Text that our casts read back exactly: ISO dates, JSON for nested values, `NaN` and `INF` as Table Schema spells them. */
function textOf(column: string, type: string): string {
  if (type.endsWith('[]') || /^(STRUCT|MAP)/.test(type)) return `to_json(${column})::varchar`;
  if (type === 'DOUBLE' || type === 'FLOAT') {
    return `case ${column}::varchar when 'nan' then 'NaN' when 'inf' then 'INF' when '-inf' then '-INF' else ${column}::varchar end`;
  }
  return type === 'BLOB' ? `base64(${column})` : `${column}::varchar`;
}
