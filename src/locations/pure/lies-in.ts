import type { Position } from 'geojson';

/** Of two closed rings whose borders do not cross: is the first within the second? They may touch in points. */
export function liesIn(ring: readonly Position[], around: readonly Position[]): boolean {
  for (const point of pointsOf(ring)) {
    const side = sideOf(point, around);
    if (side !== 'on') return side === 'in';
  }
  // Every point of it is one of the other's: it is the same ring, or its corners.
  return true;
}

/** The corners, and the middles between them: a ring may have all its corners on the other one's border. */
function* pointsOf(ring: readonly Position[]): Generator<Position> {
  yield* ring;
  for (const [at, b] of ring.slice(1).entries()) {
    const a = ring[at]!;
    yield [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2];
  }
}

/** By a ray to the east: inside, it leaves the ring an odd number of times. */
function sideOf([x, y]: Position, ring: readonly Position[]): 'in' | 'out' | 'on' {
  let isIn = false;
  for (const [at, b] of ring.slice(1).entries()) {
    const a = ring[at]!;
    const [ax, ay, bx, by] = [a[0]!, a[1]!, b[0]!, b[1]!];
    const turn = (bx - ax) * (y! - ay) - (by - ay) * (x! - ax);
    const isBeside =
      Math.min(ay, by) <= y! && y! <= Math.max(ay, by) && Math.min(ax, bx) <= x! && x! <= Math.max(ax, bx);
    if (turn === 0 && isBeside) return 'on';
    if (ay > y! !== by > y! && x! < ax + ((bx - ax) * (y! - ay)) / (by - ay)) isIn = !isIn;
  }
  return isIn ? 'in' : 'out';
}
