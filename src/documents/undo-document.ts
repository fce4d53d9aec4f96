import { recordAudit } from '../platform/audit/index.ts';
import type { Context } from '../platform/context.ts';
import { raw, type Tx } from '../platform/db/index.ts';
import { type Access, forbidden } from '../resource/index.ts';
import { countDocument } from './derive-store.ts';
import { deriveWithCorrected } from './derive-values.ts';
import { documentNotFound } from './errors.ts';
import { documentJson, findDocument, lockDocuments, updateDocument } from './store.ts';
import { documentVisible } from './visible.ts';

/**
 * Takes back all the document says of cells, so that the next candidates count; or, where that was done before, puts it
 * back as its codes mean it by now. `undone` says which is wanted; without it the other of what is.
 */
export async function undoDocument(context: Context, tx: Tx, access: Access, id: number, undone: boolean | undefined) {
  const visible = documentVisible('document.read', access, raw('d.id'));
  if ((await findDocument(tx, id, visible)) === undefined) throw documentNotFound(id);
  const mayWrite = documentVisible('document.write', access, raw('d.id'));
  if ((await findDocument(tx, id, mayWrite)) === undefined) throw forbidden();
  await lockDocuments(tx, [id]);
  const document = await findDocument(tx, id);
  if (document === undefined) throw documentNotFound(id);
  const isUndone = document.state === 'undone';
  const wanted = undone ?? !isUndone;
  // While it is derived the state says whether its cells count at all.
  await updateDocument(tx, id, { state: wanted ? 'undone' : 'processed' });
  const concern = { documentIds: [id], mapIds: undefined };
  const derived = await deriveWithCorrected(context, tx, concern, { runId: null, userId: access.userId });
  const { unmapped } = await countDocument(tx, id);
  const isMapping = Object.values(unmapped).some((n) => n > 0);
  if (!wanted && isMapping) await updateDocument(tx, id, { state: 'mapping' });
  const action = `source_doc.${wanted ? 'undo' : 'redo'}`;
  await recordAudit(tx, access, [{ action, object: `source_doc/${id}`, after: { values: derived.values } }]);
  const stored = await documentJson(tx, id);
  return { ...stored, undone: wanted, values: derived.values, aggregates_changed: derived.aggregates ?? null };
}
