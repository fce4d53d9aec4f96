import type { Geometry, Polygon, Position } from 'geojson';
import { feature } from 'topojson-client';
import { topology } from 'topojson-server';
import { presimplify, simplify, sphericalTriangleArea } from 'topojson-simplify';
import type { GeometryCollection, GeometryObject, Objects as ObjectsOf, Topology } from 'topojson-specification';

type Objects = ObjectsOf<Record<string, never>>;

const earthMetres = 6_371_008.8;

/** Deviations stored beside each shape. A request is served by the coarsest that is not above what it allows. */
export const tolerances = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000] as const;

export const storedToleranceFor = (metres: number): number => tolerances.findLast((stored) => stored <= metres) ?? 0;

/**
 * Shapes made coarser together (Visvalingam, by the area a bend encloses on the sphere). A border between two shapes is
 * one arc of their common topology and is thinned once, so both sides stay the same and their corners stay put. Rings
 * too small to be seen go, as long as another of the shape stays; a shape that would vanish keeps its last form.
 */
export function* simplifyShapes(
  shapes: readonly { id: number; geometry: Geometry }[],
): Generator<{ id: number; tolerance: number; geometry: Geometry }> {
  const named = Object.fromEntries(shapes.map(({ id, geometry }) => [String(id), geometry]));
  const weighted = presimplify(topology(named) as Topology<Objects>, sphericalTriangleArea);
  const last = new Map(shapes.map(({ id, geometry }) => [id, geometry]));
  for (const tolerance of tolerances) {
    const thinned = simplify(weighted, (tolerance / earthMetres) ** 2);
    for (const { id } of shapes) {
      const geometry = visible(geometryOf(thinned, thinned.objects[String(id)]!));
      if (geometry !== undefined) last.set(id, geometry);
      yield { id, tolerance, geometry: last.get(id)! };
    }
  }
}

function geometryOf(thinned: Topology, object: GeometryObject): Geometry {
  return (feature(thinned, object as Exclude<GeometryObject, GeometryCollection>) as { geometry: Geometry }).geometry;
}

/** Undefined: nothing of it is left. */
function visible(geometry: Geometry): Geometry | undefined {
  if (geometry.type === 'Polygon') {
    const coordinates = withArea(geometry.coordinates);
    return coordinates.length > 0 ? { type: 'Polygon', coordinates } : undefined;
  }
  if (geometry.type === 'MultiPolygon') {
    const coordinates = geometry.coordinates.map(withArea).filter((polygon) => polygon.length > 0);
    return coordinates.length > 0 ? { type: 'MultiPolygon', coordinates } : undefined;
  }
  return geometry;
}

/** Holes go one by one; without its outer ring the whole polygon goes. */
function withArea(rings: Polygon['coordinates']): Polygon['coordinates'] {
  const kept = rings.map(distinct);
  return kept[0] === undefined ? [] : kept.filter((ring): ring is Position[] => ring !== undefined);
}

/** Fewer than three different corners enclose nothing. */
function distinct(ring: Position[]): Position[] | undefined {
  const positions = ring.filter(
    (position, index) => index === 0 || position[0] !== ring[index - 1]![0] || position[1] !== ring[index - 1]![1],
  );
  const corners = new Set(positions.map((position) => position.join()));
  return corners.size < 3 || positions.length < 4 ? undefined : positions;
}
