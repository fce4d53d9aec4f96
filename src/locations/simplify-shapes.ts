import type { Geometry } from 'geojson';
import type { Context } from '../platform/context.ts';
import { simplifyShapes as simplified } from './pure/simplify-shapes.ts';
import {
  countUnchanged,
  findUnsimplifiedLevel,
  type LevelShape,
  replaceSimplified,
  type SimplifiedShape,
  shapesToSimplify,
} from './shape-store.ts';

/**
 * Makes the stored simplifications of every stale shape, one admin level after another: shapes of one level are shown
 * side by side. Worked out without a lock; when a shape has changed meanwhile, that change has asked for another go.
 */
export async function simplifyShapes(context: Context): Promise<void> {
  const { db } = context;
  for (;;) {
    const level = await findUnsimplifiedLevel(db);
    if (level === undefined) return;
    const shapes = await shapesToSimplify(db, level);
    const stale = shapes.filter((shape) => shape.isStale).map((shape) => shape.locationId);
    const forms = formsOf(shapes, new Set(stale));
    const written = await db.transaction(async (tx) => {
      if ((await countUnchanged(tx, shapes)) < shapes.length) return false;
      await replaceSimplified(tx, stale, forms);
      return true;
    });
    if (!written) return;
  }
}

function formsOf(shapes: readonly LevelShape[], stale: ReadonlySet<number>): SimplifiedShape[] {
  const parsed = shapes.map(({ locationId, geometry }) => ({
    id: locationId,
    geometry: JSON.parse(geometry) as Geometry,
  }));
  const forms: SimplifiedShape[] = [];
  for (const { id, tolerance, geometry } of simplified(parsed)) {
    if (stale.has(id)) forms.push({ locationId: id, tolerance, geometry: JSON.stringify(geometry) });
  }
  return forms;
}
