import type { Position } from 'geojson';

export interface BorderAt {
  ring: number;
  /** Of the position the border starts from. */
  index: number;
}

interface Border extends BorderAt {
  a: Position;
  b: Position;
  minX: number;
  maxX: number;
  minY: number;
  maxY: number;
}

/**
 * Two borders of a polygon that cross or lie on each other; touching in a point is allowed. A sweep from west to east:
 * each border only meets those whose longitudes overlap its own.
 */
export function findCrossing(rings: readonly Position[][]): [BorderAt, BorderAt] | undefined {
  const borders = rings.flatMap((ring, index) => bordersOf(ring, index)).sort((a, b) => a.minX - b.minX);
  let active: Border[] = [];
  for (const border of borders) {
    active = active.filter((other) => other.maxX >= border.minX);
    for (const other of active) {
      if (other.maxY < border.minY || other.minY > border.maxY || !cross(border, other)) continue;
      const inOrder = other.ring < border.ring || (other.ring === border.ring && other.index < border.index);
      return inOrder ? [place(other), place(border)] : [place(border), place(other)];
    }
    active.push(border);
  }
  return undefined;
}

const place = ({ ring, index }: Border): BorderAt => ({ ring, index });

function bordersOf(positions: Position[], ring: number): Border[] {
  const borders: Border[] = [];
  for (let index = 0; index + 1 < positions.length; index++) {
    const [a, b] = [positions[index]!, positions[index + 1]!];
    // A position said twice is no border.
    if (a[0] === b[0] && a[1] === b[1]) continue;
    const [minX, maxX] = a[0]! < b[0]! ? [a[0]!, b[0]!] : [b[0]!, a[0]!];
    const [minY, maxY] = a[1]! < b[1]! ? [a[1]!, b[1]!] : [b[1]!, a[1]!];
    borders.push({ ring, index, a, b, minX, maxX, minY, maxY });
  }
  return borders;
}

/** Proper crossings, and borders on one line that share more than a point. */
function cross(one: Border, two: Border): boolean {
  const d1 = side(two.a, two.b, one.a);
  const d2 = side(two.a, two.b, one.b);
  const d3 = side(one.a, one.b, two.a);
  const d4 = side(one.a, one.b, two.b);
  if (d1 === 0 && d2 === 0) return overlap(one, two);
  return d1 * d2 < 0 && d3 * d4 < 0;
}

function side(a: Position, b: Position, p: Position): number {
  return Math.sign((b[0]! - a[0]!) * (p[1]! - a[1]!) - (b[1]! - a[1]!) * (p[0]! - a[0]!));
}

function overlap(one: Border, two: Border): boolean {
  const width = Math.min(one.maxX, two.maxX) - Math.max(one.minX, two.minX);
  const height = Math.min(one.maxY, two.maxY) - Math.max(one.minY, two.minY);
  return width >= 0 && height >= 0 && (width > 0 || height > 0);
}
