import type { Json } from '../../runs/index.ts';
import { segment } from './faults.ts';
import type { JsonObject, Product } from './flow-spec.ts';
import { isObject } from './json.ts';

interface Side {
  id: string;
  spec: JsonObject;
  products: Product[];
}

/** What changed from the first to the second revision: keys of the spec, resources of the package, fields of tables. */
export function diffRevisions(from: Side, to: Side): JsonObject {
  const before = new Map(from.products.map((product) => [product.resource, product]));
  const after = new Map(to.products.map((product) => [product.resource, product]));
  const names = [...new Set([...after.keys(), ...before.keys()])];
  return {
    from: from.id,
    to: to.id,
    spec: diffJson(from.spec, to.spec, ''),
    resources: names.map((name) => diffProducts(name, before.get(name), after.get(name))),
  };
}

function diffProducts(resource: string, before: Product | undefined, after: Product | undefined): JsonObject {
  const change =
    before === undefined
      ? 'added'
      : after === undefined
        ? 'removed'
        : before.sha256 === after.sha256
          ? 'same'
          : 'changed';
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...now.keys(), ...old.keys()])];
  return {
    resource,
    change,
    rows: { before: before?.rowcount ?? null, after: after?.rowcount ?? null },
    bytes: { before: before?.bytes ?? null, after: after?.bytes ?? null },
    fields: names
      .filter((name) => old.get(name) !== now.get(name))
      .map((name) => ({
        name,
        change: !old.has(name) ? 'added' : !now.has(name) ? 'removed' : 'type',
        before: old.get(name) ?? null,
        after: now.get(name) ?? null,
      })),
  };
}

function fieldsOf(product: Product | undefined): Map<string, string> {
  const descriptor = product?.descriptor ?? {};
  const fields = isObject(descriptor.schema) && Array.isArray(descriptor.schema.fields) ? descriptor.schema.fields : [];
  return new Map(fields.filter(isObject).map((field) => [String(field.name), String(field.type ?? 'any')]));
}

/** Leaves that differ, by JSON pointer. */
function diffJson(from: Json | undefined, to: Json | undefined, pointer: string): JsonObject[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  const isPair = (isObject(from) && isObject(to)) || (Array.isArray(from) && Array.isArray(to));
  if (!isPair) return [{ pointer, from: from ?? null, to: to ?? null }];
  const [a, b] = [from, to] as [JsonObject, JsonObject];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => diffJson(a[key], b[key], `${pointer}/${segment(key)}`));
}
