import type { Access } from './access.ts';
import { invalidId, noObject } from './errors.ts';
import { fieldTypes } from './pure/field-types.ts';
import type { Column, Model } from './pure/model.ts';
import { fieldsOf } from './pure/parse-list.ts';
import { type ObjectRow, planObjects, withUri } from './pure/plan-object.ts';
import { objectTag, sourceOf } from './read-list.ts';
import type { Resources } from './resources.ts';
import { rowsOf } from './run-plan.ts';

/** One object as JSON text, whole and as far as asked for. Throws 404 for what is not there or not visible. */
export async function readOne(
  resources: Resources,
  model: Model,
  id: unknown,
  access: Access,
  fields: string | undefined,
  /** Also say whether the caller holds this right on it. */
  right?: string,
): Promise<{ body: string; whole: string; may: boolean | undefined }> {
  const columns = detailColumns(model, access);
  const source = sourceOf(resources, model, access);
  const plan = planObjects(model, [id], access, { source, columns, ...(right === undefined ? {} : { right }) });
  const [row] = await rowsOf<ObjectRow>(resources.deps.db.pool, plan);
  if (row === undefined) throw noObject(model.name, id);
  const whole = withUri(model, row);
  if (fields === undefined) return { body: whole, whole, may: row.may };
  const asked = fieldsOf(model, fields, access);
  const [part] = await rowsOf<ObjectRow>(
    resources.deps.db.pool,
    planObjects(model, [id], access, { source, columns: asked }),
  );
  if (part === undefined) throw noObject(model.name, id);
  return { body: part.body, whole, may: row.may };
}

/** `{"objects":[…],"etags":[…],"not_found":[…]}` in the asked order: each object with the tag of its own address. */
export async function readSet(resources: Resources, model: Model, ids: unknown[], access: Access): Promise<string> {
  const plan = planObjects(model, ids, access, {
    source: sourceOf(resources, model, access),
    columns: detailColumns(model, access),
  });
  const rows = await rowsOf<ObjectRow>(resources.deps.db.pool, plan);
  const found = new Map(rows.map((row) => [String(row.id), withUri(model, row)]));
  const objects = ids.map((id) => found.get(String(id))).filter((body) => body !== undefined);
  const missing = ids.filter((id) => !found.has(String(id)));
  const etags = JSON.stringify(objects.map(objectTag));
  return `{"objects":[${objects.join(',')}],"etags":${etags},"not_found":${JSON.stringify(missing)}}`;
}

export function detailColumns(model: Model, access: Access): Column[] {
  return fieldsOf(model, undefined, access, model.detailFields);
}

/** The primary key as it stands in a URL or body. */
export function parseId(model: Model, text: string): unknown {
  const value = fieldTypes[model.primaryKey.type].fromText(text);
  if (value === undefined) throw invalidId(text);
  return value;
}
