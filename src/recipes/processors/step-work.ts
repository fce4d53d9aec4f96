import { identifier, type Tabular } from '../../platform/tabular/index.ts';
import type { Field } from '../pure/table-schema.ts';
import type { Relation } from '../relation.ts';
import { type ResourceSelector, selectResources } from './select-resources.ts';
import type { BadCell, NotUnique, StepContext } from './step-context.ts';
import { StepProblem } from './step-failure.ts';
import { StepIssues } from './step-issues.ts';
import type { FieldOrigins, How, Origin } from './step-origins.ts';

/** A field of a relation and the SQL of its text. */
export interface Cell {
  field: Field;
  sql: string;
}

const made = new WeakMap<Tabular, number>();

/** What a step works with: the relations, and views and tables of ours that go when nothing needs them any more. */
export class StepWork {
  readonly context: StepContext;
  private readonly parts = new Map<string, { kind: 'view' | 'table'; parents: readonly string[] }>();

  /** What steps say of where their fields come from; since the last look at it. */
  origins: FieldOrigins[] = [];

  constructor(context: StepContext) {
    this.context = context;
  }

  get tabular(): Tabular {
    return this.context.tabular;
  }

  get relations(): Map<string, Relation> {
    return this.context.relations;
  }

  /** Where violations go; nobody may have asked for them. */
  async issues(): Promise<StepIssues> {
    this.context.issues ??= await StepIssues.open(this.tabular, `${this.name()}_issues`);
    return this.context.issues;
  }

  get badCell(): BadCell {
    return this.context.badCell ?? 'fail';
  }

  get notUnique(): NotUnique {
    return this.context.notUnique ?? 'report';
  }

  log(line: string): void {
    this.context.log(line);
  }

  selected(selector: ResourceSelector): Relation[] {
    return selectResources(selector, [...this.relations.keys()]).map((name) => this.relations.get(name)!);
  }

  /** One of the relations, or another table of the spec. */
  named(name: string): Relation {
    const found = this.relations.get(name) ?? this.context.others?.get(name);
    if (found === undefined) throw new StepProblem(`Resource "${name}" not found`);
    return found;
  }

  /** Another table of the spec, whose row numbers are those of another file. */
  isOther({ resource, table }: Relation): boolean {
    return this.context.others?.get(resource)?.table === table;
  }

  /** Computed anew whenever it is read: for projections and conditions. */
  view(sql: string, ...parents: Relation[]): Promise<string> {
    return this.make('view', sql, parents);
  }

  /** Computed once: for what sorts, groups or joins. */
  table(sql: string, ...parents: Relation[]): Promise<string> {
    return this.make('table', sql, parents);
  }

  /** Of a table that no other has. */
  name(): string {
    const number = (made.get(this.tabular) ?? 0) + 1;
    made.set(this.tabular, number);
    return `step_${number}`;
  }

  private async make(kind: 'view' | 'table', sql: string, parents: Relation[]): Promise<string> {
    const name = this.name();
    await this.tabular.run(`create ${kind} ${name} as ${sql}`);
    this.parts.set(name, { kind, parents: parents.map(({ table }) => table) });
    return name;
  }

  /** Replaces a relation's columns; order and row numbers stay. */
  async project(relation: Relation, cells: Cell[], changes: Partial<Relation> = {}): Promise<Relation> {
    const columns = cells.map(({ sql }, i) => (sql === column(i) ? sql : `${sql} as ${column(i)}`));
    const table = await this.view(
      `select ${['_ord', '_row', ...columns].join(', ')} from ${identifier(relation.table)}`,
      relation,
    );
    return { ...relation, table, fields: cells.map(({ field }) => field), ...changes };
  }

  /** Says where a field of the outcome comes from, where it is not simply the field of its name. */
  came(resource: string, field: string, how: How, from: Origin[]): void {
    this.origins.push({ resource, field, how, from });
  }

  put(relation: Relation): void {
    this.relations.set(relation.resource, relation);
  }

  replaceAll(relations: Relation[]): void {
    this.relations.clear();
    for (const relation of relations) this.put(relation);
  }

  /** Drops what no relation rests on any more. */
  async tidy(): Promise<void> {
    const needed = new Set<string>();
    const need = (name: string) => {
      if (needed.has(name)) return;
      needed.add(name);
      for (const parent of this.parts.get(name)?.kind === 'view' ? this.parts.get(name)!.parents : []) need(parent);
    };
    for (const { table } of this.relations.values()) need(table);
    for (const [name, { kind }] of [...this.parts].reverse()) {
      if (needed.has(name)) continue;
      await this.tabular.run(`drop ${kind} if exists ${name}`);
      this.parts.delete(name);
    }
  }
}

/** SQL name of the field at this position. */
export function column(index: number): string {
  return `f${index + 1}`;
}

export function cellsOf(relation: Relation): Cell[] {
  return relation.fields.map((field, i) => ({ field, sql: column(i) }));
}

/** The relation's table as SQL. */
export function from(relation: Relation): string {
  return identifier(relation.table);
}

export function fieldIndex(relation: Relation, name: string): number {
  const index = relation.fields.findIndex((field) => field.name === name);
  if (index < 0) throw new StepProblem(`Field "${name}" not found in "${relation.resource}"`);
  return index;
}

/** The schema's keys after fields were renamed (new name) or left out (undefined). */
export function schemaWith(
  schema: Relation['schema'],
  renamed: (name: string) => string | undefined,
): Relation['schema'] {
  const { primaryKey, uniqueKeys, foreignKeys, ...rest } = schema;
  const list = (names: string | string[]) => (typeof names === 'string' ? [names] : names);
  const all = (names: string[]) => {
    const after = names.map(renamed);
    return after.every((name) => name !== undefined) ? (after as string[]) : undefined;
  };
  const key = primaryKey === undefined ? undefined : all(list(primaryKey));
  const unique = (uniqueKeys ?? []).flatMap((names) => {
    const after = all(names);
    return after === undefined ? [] : [after];
  });
  const foreign = (foreignKeys ?? []).flatMap((one) => {
    const fields = all(list(one.fields));
    const own = one.reference.resource === undefined || one.reference.resource === '';
    const target = own ? all(list(one.reference.fields)) : list(one.reference.fields);
    return fields === undefined || target === undefined
      ? []
      : [{ ...one, fields, reference: { ...one.reference, fields: target } }];
  });
  return {
    ...rest,
    ...(key === undefined ? {} : { primaryKey: key }),
    ...(unique.length === 0 ? {} : { uniqueKeys: unique }),
    ...(foreign.length === 0 ? {} : { foreignKeys: foreign }),
  };
}
