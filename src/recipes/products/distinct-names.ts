import { schemaWith } from '../processors/step-work.ts';
import { nameColumns } from '../pure/name-columns.ts';
import type { Relation } from '../relation.ts';

/**
 * The relation for files whose readers do not tell names apart by case, Parquet and SQLite: of `a` and `A` the second is called `A_1`,
 * in fields and keys, and its own name is its title.
 */
export function distinctNames(relation: Relation): Relation {
  const { names } = nameColumns(
    relation.fields.map(({ name }) => name),
    [],
  );
  const called = new Map(relation.fields.map(({ name }, i) => [name, names[i]!]));
  if (relation.fields.every(({ name }) => called.get(name) === name)) return relation;
  const fields = relation.fields.map((field) =>
    called.get(field.name) === field.name ? field : { title: field.name, ...field, name: called.get(field.name)! },
  );
  return { ...relation, fields, schema: schemaWith(relation.schema, (name) => called.get(name)) };
}
