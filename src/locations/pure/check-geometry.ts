import type { Geometry, Position } from 'geojson';
import { findCrossing } from './find-crossing.ts';
import { liesIn } from './lies-in.ts';

export interface GeometryProblem {
  /** Into the geometry: `.coordinates[0][3]`. */
  pointer: string;
  message: string;
}

export interface CheckedGeometry {
  geometry: Geometry;
  west: number;
  south: number;
  east: number;
  north: number;
}

const depths = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 } as const;
const kinds = Object.keys(depths) as (keyof typeof depths)[];

/**
 * RFC 7946 geometry, WGS 84, longitude first; or the first fault and where it is. Rings must be closed, enclose
 * something, and not cross themselves or each other.
 */
export function checkGeometry(value: unknown): CheckedGeometry | GeometryProblem {
  const given = value as { type?: unknown; coordinates?: unknown } | null;
  if (typeof given !== 'object' || given === null || !kinds.includes(given.type as never)) {
    return { pointer: '.type', message: `must be one of ${kinds.join(', ')}` };
  }
  const type = given.type as keyof typeof depths;
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  const problem =
    checkNested(given.coordinates, depths[type], '.coordinates', box) ??
    (type === 'LineString' ? checkLine(given.coordinates as Position[], '.coordinates') : undefined) ??
    (type === 'MultiLineString' ? first(given.coordinates as Position[][], '.coordinates', checkLine) : undefined) ??
    (type === 'Polygon' ? checkPolygon(given.coordinates as Position[][], '.coordinates') : undefined) ??
    (type === 'MultiPolygon' ? first(given.coordinates as Position[][][], '.coordinates', checkPolygon) : undefined);
  if (problem) return problem;
  return { geometry: { type, coordinates: flat(given.coordinates) } as Geometry, ...box };
}

export const isProblem = (checked: CheckedGeometry | GeometryProblem): checked is GeometryProblem =>
  'pointer' in checked;

function checkNested(
  value: unknown,
  depth: number,
  pointer: string,
  box: Omit<CheckedGeometry, 'geometry'>,
): GeometryProblem | undefined {
  if (!Array.isArray(value)) return { pointer, message: 'must be a list' };
  if (depth === 0) return checkPosition(value, pointer, box);
  if (value.length === 0) return { pointer, message: 'is empty' };
  return first(value, pointer, (part, at) => checkNested(part, depth - 1, at, box));
}

function checkPosition(
  position: unknown[],
  pointer: string,
  box: Omit<CheckedGeometry, 'geometry'>,
): GeometryProblem | undefined {
  const [longitude, latitude] = position as [number, number];
  if (position.length < 2 || position.length > 3 || !position.every((number) => Number.isFinite(number))) {
    return { pointer, message: 'must be [longitude, latitude]' };
  }
  if (longitude < -180 || longitude > 180) return { pointer, message: `longitude ${longitude} is outside -180 to 180` };
  if (latitude < -90 || latitude > 90) return { pointer, message: `latitude ${latitude} is outside -90 to 90` };
  box.west = Math.min(box.west, longitude);
  box.east = Math.max(box.east, longitude);
  box.south = Math.min(box.south, latitude);
  box.north = Math.max(box.north, latitude);
  return undefined;
}

function checkLine(line: Position[], pointer: string): GeometryProblem | undefined {
  if (line.length < 2) return { pointer, message: 'needs two positions or more' };
  const [start] = line;
  const isPoint = line.every((position) => position[0] === start![0] && position[1] === start![1]);
  return isPoint ? { pointer, message: 'needs two different positions or more' } : undefined;
}

function checkPolygon(rings: Position[][], pointer: string): GeometryProblem | undefined {
  const problem = first(rings, pointer, checkRing);
  if (problem) return problem;
  const crossing = findCrossing(rings);
  if (crossing === undefined) return checkHoles(rings, pointer);
  const [a, b] = crossing;
  const other = `${pointer}[${b.ring}][${b.index}]`;
  return {
    pointer: `${pointer}[${a.ring}][${a.index}]`,
    message: `the border from here crosses the one from ${other}`,
  };
}

function checkRing(ring: Position[], pointer: string): GeometryProblem | undefined {
  if (ring.length < 4) return { pointer, message: 'a ring needs four positions or more' };
  const [start, end] = [ring[0]!, ring.at(-1)!];
  if (start[0] !== end[0] || start[1] !== end[1]) {
    return { pointer: `${pointer}[${ring.length - 1}]`, message: 'a ring must end where it begins' };
  }
  return areaOf(ring) === 0 ? { pointer, message: 'a ring must enclose an area' } : undefined;
}

/** Borders do not cross by then: a ring lies in another wholly, or not at all. */
function checkHoles([shell, ...holes]: Position[][], pointer: string): GeometryProblem | undefined {
  for (const [index, hole] of holes.entries()) {
    const at = `${pointer}[${index + 1}]`;
    if (!liesIn(hole, shell!)) return { pointer: at, message: `a hole must lie inside the ring ${pointer}[0]` };
    const around = holes.findIndex((other) => other !== hole && liesIn(hole, other));
    if (around !== -1) {
      return { pointer: at, message: `a hole must not lie inside the hole ${pointer}[${around + 1}]` };
    }
  }
  return undefined;
}

/** Twice the signed area, relative to the first position: far from the origin nothing is lost. */
function areaOf(ring: Position[]): number {
  const [x0, y0] = ring[0] as [number, number];
  let sum = 0;
  for (let at = 1; at < ring.length; at++) {
    const [a, b] = [ring[at - 1]!, ring[at]!];
    sum += (a[0]! - x0) * (b[1]! - y0) - (b[0]! - x0) * (a[1]! - y0);
  }
  return sum;
}

function first<Part>(
  parts: Part[],
  pointer: string,
  check: (part: Part, pointer: string) => GeometryProblem | undefined,
): GeometryProblem | undefined {
  for (const [index, part] of parts.entries()) {
    const problem = check(part, `${pointer}[${index}]`);
    if (problem) return problem;
  }
  return undefined;
}

/** Heights are left out: no map here shows them, and half the shapes of the world carry zeros. */
function flat(value: unknown): unknown {
  const list = value as unknown[];
  return typeof list[0] === 'number' ? list.slice(0, 2) : list.map(flat);
}
