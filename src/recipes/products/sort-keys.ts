import { literal, type Tabular } from '../../platform/tabular/index.ts';
import { type ExactJson, isExactNumber, parseExact } from '../pure/parse-exact.ts';
import type { Relation } from '../relation.ts';
import { asciiJson, isNested, sortedTable } from './pure/json-sql.ts';

/** Makes, for each column of objects or arrays, the table of its different values with their keys sorted. */
export async function sortKeys(tabular: Tabular, relation: Relation): Promise<void> {
  for (const [i, field] of relation.fields.entries()) {
    if (!isNested(field)) continue;
    const table = sortedTable(relation.table, i + 1);
    await tabular.run(`create or replace table ${table} (value varchar, sorted varchar)`);
    const distinct = `${table}_distinct`;
    await tabular.run(`create or replace table ${distinct} as
      select row_number() over () as n, value from (select distinct f${i + 1} as value from ${relation.table} where f${i + 1} is not null)`);
    for (let from = 0; ; from += 1000) {
      const rows = await tabular.rows(`select value from ${distinct} where n > ${from} and n <= ${from + 1000}`);
      if (rows.length === 0) break;
      const values = rows.map(({ value }) => {
        const text = String(value);
        return `(${literal(text)}, ${literal(sortedJson(parseExact(text)))})`;
      });
      await tabular.run(`insert into ${table} values ${values.join(', ')}`);
    }
  }
}

function sortedJson(value: ExactJson): string {
  if (isExactNumber(value)) return value.rawJSON;
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${asciiJson(key)}: ${sortedJson(member as ExactJson)}`).join(', ')}}`;
  }
  return typeof value === 'string' ? asciiJson(value) : JSON.stringify(value);
}
