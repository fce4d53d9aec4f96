import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identifier, literal, openTabular, type Tabular } from '../../../src/platform/tabular/index.ts';
import {
  type Field,
  type ProcessorStep,
  type Relation,
  runSteps,
  type StepContext,
} from '../../../src/recipes/index.ts';

export type Text = string | null;

export interface Table {
  /** `name:type` or a whole field. */
  fields: (string | Field)[];
  rows: Text[][];
  schema?: Relation['schema'];
  descriptor?: Record<string, unknown>;
}

export interface Bench {
  tabular: Tabular;
  close(): Promise<void>;
}

export async function openBench(readFolders: string[] = []): Promise<Bench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'granary-processors-'));
  const tabular = await openTabular({ workFolder: folder, readFolders });
  return {
    tabular,
    async close() {
      tabular.close();
      await rm(folder, { recursive: true });
    },
  };
}

let count = 0;

/** A relation as the engine gives it: text cells, `_ord` and `_row` (the header is row 1). */
export async function relationOf(tabular: Tabular, resource: string, table: Table): Promise<Relation> {
  const fields = table.fields.map((field): Field => {
    if (typeof field !== 'string') return field;
    const at = field.lastIndexOf(':');
    return { name: field.slice(0, at), type: field.slice(at + 1) as Field['type'] };
  });
  const name = `input_${++count}`;
  const columns = fields.map((_, i) => `f${i + 1} VARCHAR`);
  await tabular.run(`create table ${name} (${['_ord BIGINT', '_row BIGINT', ...columns].join(', ')})`);
  const rows = table.rows.map(
    (row, i) => `(${[i + 1, i + 2, ...row.map((cell) => (cell === null ? 'null' : literal(cell)))].join(', ')})`,
  );
  if (rows.length > 0) await tabular.run(`insert into ${name} values ${rows.join(', ')}`);
  return { resource, table: name, fields, schema: table.schema ?? {}, descriptor: table.descriptor ?? {} };
}

export interface Outcome {
  context: StepContext;
  logs: string[];
  fields(resource?: string): string[];
  rows(resource?: string): Promise<Text[][]>;
}

/** Runs steps over tables by name; results are read in the order of products. */
export async function process(
  tabular: Tabular,
  tables: Record<string, Table>,
  steps: ProcessorStep[],
  more: Partial<StepContext> = {},
): Promise<Outcome> {
  const relations = new Map<string, Relation>();
  for (const [name, table] of Object.entries(tables)) relations.set(name, await relationOf(tabular, name, table));
  const logs: string[] = [];
  const context: StepContext = {
    tabular,
    package: {},
    relations,
    load: () => Promise.reject(new Error('nothing to load')),
    log: (line) => void logs.push(line),
    ...more,
  };
  await runSteps(context, steps);
  const chosen = (resource: string | undefined) =>
    resource === undefined ? [...context.relations.values()][0]! : context.relations.get(resource)!;
  return {
    context,
    logs,
    fields: (resource) => chosen(resource).fields.map(({ name, type }) => `${name}:${type}`),
    async rows(resource) {
      const relation = chosen(resource);
      const names = relation.fields.map((_, i) => `f${i + 1}`);
      const rows = await tabular.rows(`select ${names.join(', ')} from ${identifier(relation.table)} order by _ord`);
      const [ord] = await tabular.rows(
        `select count(*) = count(distinct _ord) and count(*) = count(_ord) as fine from ${identifier(relation.table)}`,
      );
      if (ord!.fine !== true) throw new Error('_ord is not unique');
      return rows.map((row) => names.map((name) => row[name] as Text));
    },
  };
}
