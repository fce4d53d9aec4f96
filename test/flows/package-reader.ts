import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inflateRawSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * Reads a data package as a stranger would, who has the standards, JSON and a DuckDB, and nothing of ours. Whatever the
 * descriptor says of bytes, hashes, rows, dialects and types is held against the bytes.
 */

export interface ReadResource {
  name: string;
  format: string;
  rows: Record<string, unknown>[] | undefined;
  /** Of an archive: its own package. */
  inside?: ReadPackage;
  descriptor: Descriptor;
}
export interface ReadPackage {
  descriptor: Record<string, unknown>;
  resources: ReadResource[];
  /** Where descriptor and bytes disagree. */
  problems: string[];
}
interface Field {
  name: string;
  type: string;
  format?: string;
}
interface Descriptor {
  name: string;
  path: string;
  format: string;
  bytes?: number;
  hash?: string;
  rowcount?: number;
  encoding?: string;
  dialect?: { delimiter: string; quoteChar: string; lineTerminator: string; doubleQuote: boolean };
  schema?: { fields: Field[]; primaryKey?: string[] };
  datahub?: { type: string };
}
type Get = (path: string) => Promise<Uint8Array>;

export async function readPackage(address: string, get: Get): Promise<ReadPackage> {
  const descriptor = JSON.parse(text(await get(address)));
  const problems: string[] = [];
  const resources: ReadResource[] = [];
  const folder = await mkdtemp(path.join(os.tmpdir(), 'stranger-'));
  try {
    for (const one of descriptor.resources as Descriptor[]) {
      const say = (problem: string) => problems.push(`${one.name}: ${problem}`);
      const bytes = await get(
        /^https?:/.test(one.path) ? one.path : path.posix.join(path.posix.dirname(address), one.path),
      );
      if (one.bytes !== undefined && one.bytes !== bytes.length) say(`${bytes.length} bytes, not ${one.bytes}`);
      const hash = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (one.hash !== undefined && one.hash !== hash) say(`${hash}, not ${one.hash}`);
      const file = path.join(folder, `${resources.length}`);
      await writeFile(file, bytes);
      resources.push({
        name: one.name,
        format: one.format,
        descriptor: one,
        ...(await readBytes(one, file, bytes, say)),
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { descriptor, resources, problems };
}

async function readBytes(
  one: Descriptor,
  file: string,
  bytes: Uint8Array,
  say: (problem: string) => void,
): Promise<{ rows: ReadResource['rows']; inside?: ReadPackage }> {
  if (one.datahub?.type === 'original' || one.datahub?.type === 'source/tabular') return { rows: undefined };
  switch (one.format) {
    case 'zip': {
      const members = membersOf(Buffer.from(bytes));
      const inside = await readPackage('datapackage.json', async (name) => {
        const member = members.get(name);
        if (member === undefined) throw new Error(`${one.name} has no member ${name}`);
        return member;
      });
      const listed = ['datapackage.json', ...inside.resources.map(({ descriptor }) => descriptor.path)];
      for (const name of members.keys()) if (!listed.includes(name)) say(`member ${name} is not in its descriptor`);
      for (const problem of inside.problems) say(`inside: ${problem}`);
      return { rows: undefined, inside };
    }
    case 'csv':
      return { rows: await readCsv(one, file, text(bytes), say) };
    case 'json':
      return { rows: readJson(one, text(bytes), say) };
    case 'parquet':
      return { rows: await readParquet(one, file, say) };
    case 'sqlite':
      return { rows: readSqlite(file) };
    default:
      return { rows: undefined };
  }
}

async function readCsv(one: Descriptor, file: string, whole: string, say: (problem: string) => void) {
  const dialect = one.dialect ?? { delimiter: ',', quoteChar: '"', lineTerminator: '\r\n', doubleQuote: true };
  if (!whole.endsWith(dialect.lineTerminator)) say('does not end with its line terminator');
  if (one.encoding !== undefined && one.encoding !== 'utf-8') say(`encoding ${one.encoding}`);
  if (whole.startsWith('\ufeff')) say('has a byte order mark');
  const rows =
    await ask(`select * from read_csv('${file}', header = true, all_varchar = true, delim = '${dialect.delimiter}',
    quote = '${dialect.quoteChar}', escape = '${dialect.quoteChar}', auto_detect = false, columns = ${columnsOf(one, whole)}, parallel = false)`);
  counted(one, rows.length, say);
  const fields = one.schema?.fields ?? [];
  const names = Object.keys(rows[0] ?? Object.fromEntries(fields.map(({ name }) => [name, ''])));
  if (one.schema !== undefined && String(names) !== String(fields.map(({ name }) => name)))
    say(`columns ${names}, not those of its schema`);
  for (const { name, type, format } of fields) {
    const form = forms[type];
    const value = (row: Record<string, unknown>) => row[name] as string | null;
    if (form === undefined) continue;
    const bad = rows.find((row) => value(row) !== null && value(row) !== '' && !form.test(value(row)!));
    if (bad !== undefined) say(`"${value(bad)}" is no ${type} of format ${format}`);
  }
  for (const name of one.schema?.primaryKey ?? []) {
    if (new Set(rows.map((row) => row[name])).size !== rows.length) say(`primary key ${name} is not unique`);
  }
  return rows;
}

/** The forms the Table Schema formats of the descriptor name. */
const forms: Record<string, RegExp> = {
  integer: /^[+-]?\d+$/,
  number: /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$|^-?INF$|^NaN$/,
  boolean: /^(True|False)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:\d\d$/,
  datetime: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/,
  year: /^-?\d{4,}$/,
};

function columnsOf(one: Descriptor, whole: string): string {
  const names = one.schema?.fields.map(({ name }) => name) ?? whole.split('\r\n', 1)[0]!.split(',');
  return `{${names.map((name) => `'${name.replaceAll("'", "''")}': 'VARCHAR'`).join(', ')}}`;
}

function readJson(one: Descriptor, whole: string, say: (problem: string) => void) {
  if (one.datahub?.type !== 'derived/report' && /[^\0-\x7f]/.test(whole)) say('JSON is not ASCII');
  const rows = JSON.parse(whole) as Record<string, unknown>[];
  counted(one, rows.length, say);
  const types: Record<string, string> = { integer: 'number', number: 'number', year: 'number', boolean: 'boolean' };
  for (const { name, type } of one.schema?.fields ?? []) {
    const wanted =
      types[type] ?? (['object', 'array', 'geopoint', 'geojson', 'list'].includes(type) ? 'object' : 'string');
    const bad = rows.find((row) => !(name in row) || (row[name] !== null && typeof row[name] !== wanted));
    if (bad !== undefined) say(`${JSON.stringify(bad[name])} of ${name} is no ${type}`);
  }
  return rows;
}

async function readParquet(one: Descriptor, file: string, say: (problem: string) => void) {
  const rows = await ask(`select * from read_parquet('${file}')`);
  counted(one, rows.length, say);
  const types: Record<string, RegExp> = {
    integer: /^BIGINT$|^DECIMAL\(38,0\)$|^VARCHAR$/,
    number: /^DECIMAL|^VARCHAR$/,
    boolean: /^BOOLEAN$/,
    date: /^DATE$/,
    time: /^TIME$/,
    datetime: /^TIMESTAMP$/,
  };
  const described = await ask(`describe select * from read_parquet('${file}')`);
  for (const [i, { name, type }] of (one.schema?.fields ?? []).entries()) {
    const column = described[i];
    if (column?.column_name !== name || !(types[type] ?? /^VARCHAR$|^BIGINT$/).test(String(column.column_type)))
      say(`column ${column?.column_name} ${column?.column_type} for ${name} ${type}`);
  }
  const [metadata] = await ask(
    `select decode(value) as value from parquet_kv_metadata('${file}') where decode(key) = 'table_schema'`,
  );
  if (metadata === undefined || JSON.stringify(JSON.parse(String(metadata.value))) !== JSON.stringify(one.schema))
    say('its Table Schema is not that of the descriptor');
  return rows;
}

function readSqlite(file: string): Record<string, unknown>[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table' order by name").all();
    return tables.map(({ name }) => {
      const [row] = database.prepare(`select count(*) as n from "${name}"`).all();
      return { table: name, rows: row!.n };
    });
  } finally {
    database.close();
  }
}

function counted(one: Descriptor, n: number, say: (problem: string) => void): void {
  if (one.rowcount !== undefined && one.rowcount !== n) say(`${n} rows, not ${one.rowcount}`);
}

async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** From the central directory of the format's specification: stored and deflated members. */
function membersOf(zip: Buffer): Map<string, Uint8Array> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const members = new Map<string, Uint8Array>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    const title = zip.toString('utf8', at + 46, at + 46 + name);
    members.set(title, zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed));
    at += 46 + name + extra + comment;
  }
  return members;
}

const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
