import { forbidden, noObject, stillReferredTo } from './errors.ts';
import { type FieldModel, type Model, tableOf } from './pure/model.ts';
import { type ObjectRow, planObjects } from './pure/plan-object.ts';
import { columnOf, planDelete } from './pure/plan-write.ts';
import { quote } from './pure/statement.ts';
import { detailColumns } from './read-one.ts';
import { rowsOf } from './run-plan.ts';
import { checkTag, finish } from './write-object.ts';
import type { Writer } from './writer.ts';

/** Deletes one object. Throws 404, 403, 409 with the counts of what refers to it, 412 for a stale tag. */
export async function deleteObject(writer: Writer, id: unknown, cascade: boolean, ifMatch?: string): Promise<void> {
  const [row] = await lockedRows(writer, [id]);
  if (row === undefined) throw noObject(writer.model.name, id);
  if (!row.may) throw forbidden();
  checkTag(writer.model, row, ifMatch);
  await deleteRows(writer, [row], cascade);
}

/** Deletes many; one the caller may see but not delete refuses them all. */
export async function deleteObjects(writer: Writer, ids: unknown[], cascade: boolean): Promise<number> {
  if (ids.length === 0) return 0;
  const rows = await lockedRows(writer, ids);
  if (rows.some((row) => !row.may)) throw forbidden();
  await deleteRows(writer, rows, cascade);
  return rows.length;
}

async function lockedRows({ model, access, tx }: Writer, ids: unknown[]): Promise<ObjectRow[]> {
  await model.declaration.hooks?.lock?.(tx, { ids, rows: [] });
  const { permission } = model.declaration;
  const right = permission.delete ?? permission.write!;
  const columns = detailColumns(model, access);
  return await rowsOf<ObjectRow>(tx.client, planObjects(model, ids, access, { columns, lock: true, right }));
}

/** What refers to the rows goes first, or stops everything; then the rows; then their hooks. */
async function deleteRows(writer: Writer, rows: ObjectRow[], cascade: boolean): Promise<void> {
  const { model, tx } = writer;
  const ids = rows.map((row) => row.id);
  await refuseIfUsed(writer, ids, cascade);
  for (const { model: referring, field } of model.referrers) {
    const policy = policyOf(field);
    if (policy === 'set_null') {
      await rowsOf(tx.client, {
        text: `update ${tableOf(referring)} set ${columnOf(field)} = null where ${columnOf(field)} = any($1)`,
        values: [ids],
      });
    } else {
      await deleteReferring({ ...writer, model: referring }, field, ids, cascade);
    }
  }
  await rowsOf(tx.client, planDelete(model, ids));
  await finish(
    writer,
    rows.map((before) => ({ before, after: undefined })),
  );
}

async function refuseIfUsed({ model, tx }: Writer, ids: unknown[], cascade: boolean): Promise<void> {
  const uses = new Map<string, number>();
  const inUse = new Set<unknown>();
  for (const { model: referring, field } of model.referrers) {
    if (policyOf(field) !== 'restrict' || cascade) continue;
    // Everything is counted, visible or not: it is there, and it is in the way. Rows that go as well do not count.
    const isSelf = referring === model;
    const found = await rowsOf<{ ref: unknown; n: number }>(tx.client, {
      text: `select ${columnOf(field)} as ref, count(*)::int as n from ${tableOf(referring)} t
        where ${columnOf(field)} = any($1)${isSelf ? ` and not ${quote(model.primaryKey.field.column ?? model.primaryKey.name)} = any($1)` : ''}
        group by 1 order by 1`,
      values: [ids],
    });
    for (const { ref, n } of found) {
      inUse.add(ref);
      const name = nameOf(referring);
      uses.set(name, (uses.get(name) ?? 0) + n);
    }
  }
  if (uses.size > 0) {
    throw stillReferredTo(
      model.name,
      [...inUse].join(', '),
      [...uses].map(([name, count]) => ({ name, count })),
    );
  }
}

/** Rows below, with the caller's right to delete each of them. */
async function deleteReferring(writer: Writer, field: FieldModel, ids: unknown[], cascade: boolean): Promise<void> {
  const { model, tx } = writer;
  const referring = await rowsOf<{ id: unknown }>(tx.client, {
    text: `select ${model.primaryKey.sql('t')} as id from ${tableOf(model)} t where ${field.sql('t')} = any($1) order by 1`,
    values: [ids],
  });
  const isSelf = field.field.references!.resource === model.name;
  const own = isSelf ? referring.filter(({ id }) => !ids.includes(id)) : referring;
  if (own.length === 0) return;
  const rows = await lockedRows(
    writer,
    own.map(({ id }) => id),
  );
  if (rows.length < own.length || rows.some((row) => !row.may)) {
    throw forbidden(`Deleting ${nameOf(model)} as well is not allowed.`);
  }
  await deleteRows(writer, rows, cascade);
}

const nameOf = ({ name, declaration }: Model) => declaration.referred_to_as ?? name;

const policyOf = (field: FieldModel): 'restrict' | 'cascade' | 'set_null' =>
  field.field.references!.on_delete ?? 'restrict';
