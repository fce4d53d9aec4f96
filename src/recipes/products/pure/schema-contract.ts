import type { Field } from '../../pure/table-schema.ts';
import { widenType } from '../../pure/widen-schema.ts';

export type ContractMode = 'evolve' | 'freeze' | 'discard_row' | 'discard_value';

/** What a table may become against the last successful one (contract flows §11). */
export interface SchemaContract {
  columns: ContractMode;
  dataType: ContractMode;
  /** As its fields were read. Confidence 0: never had a value, so that its type is not known. */
  known: readonly Field[];
}

export interface Agreed {
  fields: Field[];
  /** For each field the index of its column. */
  columns: (number | undefined)[];
  /** Why the contract is broken, a sentence each. */
  broken: string[];
  /** New columns a row may have no value in. */
  refused: { name: string; column: number }[];
  /** Fields whose cells must fit the type they have always had. */
  bound: ReadonlySet<string>;
}

interface Arriving {
  fields: readonly Field[];
  columns: readonly (number | undefined)[];
  isDeclared: boolean;
}

/** The fields a table gets, out of those that arrive and those that are known. */
export function agreeFields(arriving: Arriving, { columns: mode, dataType, known }: SchemaContract): Agreed {
  const given = arriving.fields.map((field, i) => ({ field, column: arriving.columns[i] }));
  const isKnown = (name: string) => known.some((field) => field.name === name);
  const fresh = given.filter(({ field }) => !isKnown(field.name));
  const gone = known.filter(({ name }) => !given.some(({ field }) => field.name === name));
  const broken: string[] = [];
  let all = given;
  if (mode === 'freeze') {
    for (const { field } of fresh) broken.push(`Column "${field.name}" is new`);
    for (const { name } of gone) broken.push(`Column "${name}" is gone`);
  } else if (mode !== 'evolve')
    all = known.map(
      (field) => given.find((one) => one.field.name === field.name) ?? { field: empty(field), column: undefined },
    );
  const refused =
    mode === 'discard_row'
      ? fresh.flatMap(({ field, column }) => (column === undefined ? [] : [{ name: field.name, column }]))
      : [];
  const bound = new Set<string>();
  const fields = all.map(({ field, column }) => {
    const before = known.find(({ name }) => name === field.name);
    if (before === undefined || column === undefined || before.confidence === 0) return field;
    if (dataType === 'evolve') return arriving.isDeclared ? field : widened(before, field);
    bound.add(field.name);
    if (dataType === 'freeze' && arriving.isDeclared && field.type !== before.type)
      broken.push(`The type of column "${field.name}" changes from ${before.type} to ${field.type}`);
    return arriving.isDeclared && field.type === before.type ? field : before;
  });
  return { fields, columns: all.map(({ column }) => column), broken, refused, bound };
}

/** Nothing can be asked of a column that is not there. */
const empty = ({ constraints: _, ...field }: Field): Field => field;

/** An inferred type never narrows, so that a column's type is that of all its revisions. */
function widened(before: Field, arriving: Field): Field {
  if (arriving.confidence === 0) return before;
  if (before.type === arriving.type) return arriving;
  const type = widenType(before.type, arriving.type);
  // Days among times: the one form all of this file's values have.
  if (type === 'datetime') return arriving.type === 'date' ? { name: before.name, type, format: '%Y-%m-%d' } : arriving;
  return { name: before.name, type };
}
