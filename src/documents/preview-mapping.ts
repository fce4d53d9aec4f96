import type { Context } from '../platform/context.ts';
import { raw, unlessDry } from '../platform/db/index.ts';
import { type Access, forbidden, noObject } from '../resource/index.ts';
import { deriveValues } from './derive-values.ts';
import { masterObjectNotFound } from './errors.ts';
import { documentsUsing, hasMasterObject } from './mapping-store.ts';
import { findMapping, namesOf, reachedCells, setMapping, valuesOfCells } from './review-store.ts';
import { documentVisible } from './visible.ts';

/** So many cells are compared; the counts say how many there are in all. */
const maxCells = 10_000;
const maxShown = 1000;

/**
 * What would become of values and aggregates if the code meant something else: it is mapped and derived, looked at, and
 * rolled back, while everybody else goes on seeing what is.
 */
export async function previewMapping(context: Context, access: Access, id: number, masterId: number) {
  const mapping = await findMapping(context.db, id, access);
  if (mapping === undefined) throw noObject('source_object_map', id);
  if (!mapping.may) throw forbidden();
  if (masterId !== -1 && !(await hasMasterObject(context.db, access, mapping.content_type, masterId))) {
    throw masterObjectNotFound(masterId);
  }
  const seen = await documentsUsing(context.db, [id], documentVisible('document.read', access, raw('c.document_id')));
  return await unlessDry(context.db, true, async (tx) => {
    await setMapping(tx, id, masterId);
    const documentIds = await documentsUsing(tx, [id]);
    const concern = { documentIds, mapIds: [id] };
    const { values, touched } = await deriveValues(context, tx, concern, {
      runId: null,
      userId: access.userId,
      refreshAll: true,
    });
    const after = await reachedCells(tx, (location) => access.where('datapoint.read', { location }), maxCells);
    const before = await valuesOfCells(context.db, after);
    const changed = after.flatMap((cell, index) => {
      const { value: to, ...at } = cell;
      const from = before[index] ?? null;
      return from === to ? [] : [{ ...at, from, to }];
    });
    const shown = changed.slice(0, maxShown);
    const names = await namesOf(
      tx,
      shown.map((cell) => ({ ...cell, value: null })),
    );
    return {
      meta: {
        documents: seen.length,
        values,
        cells: touched.cells,
        cells_changed: changed.length,
        is_complete: after.length < maxCells && changed.length <= maxShown,
      },
      objects: shown.map((cell) => ({
        ...cell,
        indicator__short_name: names.indicators[cell.indicator_id] ?? null,
        location__name: names.locations[cell.location_id] ?? null,
        campaign__name: cell.campaign_id === null ? null : (names.campaigns[cell.campaign_id] ?? null),
      })),
      error: null,
    };
  });
}
