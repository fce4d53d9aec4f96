import type { Tx } from '../platform/db/index.ts';
import type { ErrorDetail } from '../platform/errors/index.ts';
import type { Access } from '../resource/index.ts';
import { emptyFile, importForbidden, importRefused, unreadableFile } from './errors.ts';
import { knownPlaces } from './import-store.ts';
import { askToSimplify } from './mark-shapes.ts';
import { foreignSystem, readShapesFile } from './pure/read-shapes-file.ts';
import { upsertShapes } from './shape-store.ts';

export interface ShapesSummary {
  total_count: number;
  created: number;
  updated: number;
  unchanged: number;
  not_found: string[];
}

/**
 * Shapes for places that are there, by `location_code`. Codes nobody has (or nobody may see) are listed and passed over;
 * a shape that is wrong refuses the file, with the position of each fault.
 */
export async function importShapes(
  tx: Tx,
  access: Access,
  text: string,
  isDry: boolean,
): Promise<{ summary: ShapesSummary; issues: ErrorDetail[] }> {
  if (text.trim() === '') throw emptyFile();
  const system = foreignSystem(text);
  if (system !== undefined) {
    throw unreadableFile(
      `The coordinates are in ${system.slice(0, 100)}; shapes must be in WGS 84 (EPSG:4326), longitude first.`,
    );
  }
  const file = readShapesFile(text);
  if (file === undefined) throw unreadableFile('The file must hold GeoJSON features, or lines location_code|geo_json.');
  const places = await knownPlaces(
    tx,
    file.shapes.map((shape) => shape.code),
    (location) => access.where('location.read', { location }),
    (location) => access.where('location.write', { location }),
  );
  const visible = new Map(places.filter((place) => place.visible).map((place) => [place.code, place]));
  const found = file.shapes.filter((shape) => visible.has(shape.code));
  const notFound = file.shapes.filter((shape) => !visible.has(shape.code)).map((shape) => shape.code);
  const closed = found
    .filter((shape) => !visible.get(shape.code)!.managed)
    .map(
      (shape): ErrorDetail => ({
        row: shape.row,
        column: 'location_code',
        code: 'forbidden',
        message: `${shape.code} may not be changed`,
      }),
    );
  const issues = [...file.issues, ...closed];
  if (issues.length > 0 && !isDry) {
    throw closed.length > 0 ? importForbidden(issues) : importRefused(issues, { not_found: notFound });
  }
  const open = found.filter((shape) => visible.get(shape.code)!.managed);
  const { created, updated } = await upsertShapes(
    tx,
    open.map(({ code, geometry, west, south, east, north }) => ({
      locationId: visible.get(code)!.id,
      geometry: JSON.stringify(geometry),
      west,
      south,
      east,
      north,
    })),
  );
  if (created + updated > 0) await askToSimplify(tx);
  const summary = {
    total_count: file.shapes.length + file.issues.length,
    created,
    updated,
    unchanged: open.length - created - updated,
    not_found: notFound,
  };
  return { summary, issues };
}
