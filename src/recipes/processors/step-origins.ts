import type { Relation } from '../relation.ts';

/** How a field came about (flows contract §11, lineage). */
export type How = 'copied' | 'cast' | 'computed' | 'aggregated';

/** A field of a table the step had, or of a source it brought in. */
export type Origin = { resource: string; field: string } | { source: string; field: string };

export interface FieldOrigins {
  resource: string;
  field: string;
  how: How;
  from: Origin[];
}

/**
 * Where the fields of the tables a step has made or changed come from: as the step has said, else from the field of the same name, or of
 * the table it is a copy of. A table that a step has left alone is not listed.
 */
export function originsOf(
  before: ReadonlyMap<string, Relation>,
  after: ReadonlyMap<string, Relation>,
  said: readonly FieldOrigins[],
): FieldOrigins[] {
  return [...after.values()].flatMap((relation) => {
    const { resource } = relation;
    const old = before.get(resource);
    if (old === relation) return [];
    const origin = old ?? [...before.values()].find(({ table }) => table === relation.table);
    return relation.fields.map(({ name, type }): FieldOrigins => {
      const told = said.findLast((one) => one.resource === resource && one.field === name);
      if (told !== undefined) return told;
      const same = origin?.fields.find((field) => field.name === name);
      if (same === undefined) return { resource, field: name, how: 'computed', from: [] };
      const from = [{ resource: origin!.resource, field: name }];
      return { resource, field: name, how: same.type === type ? 'copied' : 'cast', from };
    });
  });
}
