import type { Shape } from '../api/places.ts';

/** How far shapes reach, in degrees. */
export interface Extent {
  west: number;
  south: number;
  east: number;
  north: number;
}

export function extentOf(shapes: readonly Shape[]): Extent {
  const extent = { west: 180, south: 90, east: -180, north: -90 };
  for (const { geometry } of shapes) widen(extent, geometry.coordinates);
  return extent;
}

function widen(extent: Extent, coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return;
  const [x, y] = coordinates as unknown[];
  if (typeof x !== 'number' || typeof y !== 'number') {
    for (const one of coordinates) widen(extent, one);
    return;
  }
  extent.west = Math.min(extent.west, x);
  extent.east = Math.max(extent.east, x);
  extent.south = Math.min(extent.south, y);
  extent.north = Math.max(extent.north, y);
}

/** A degree to the east in degrees to the north, in the middle of what is drawn: ECharts' own 0.75 suits Europe only. */
export const aspectOf = ({ south, north }: Extent): number =>
  Math.max(0.1, Math.cos((((south + north) / 2) * Math.PI) / 180));

/** As large as it fits into the box, which ECharts by itself fills to four fifths; pixels of a degree to the north. */
export function fitted(extent: Extent, box: { width: number; height: number }) {
  const margin = 6;
  const across = Math.max((extent.east - extent.west) * aspectOf(extent), 1e-9);
  const up = Math.max(extent.north - extent.south, 1e-9);
  const scale = Math.max(0, Math.min((box.width - 2 * margin) / across, (box.height - 2 * margin) / up));
  return { scale, size: Math.max(across, up) * scale };
}
