import type { Geometry, Ring, Shape } from '../api/places.ts';

interface ShapeMapProps {
  label: string;
  shapes: Shape[];
  /** Drawn under the others, as the ground they lie on. */
  ground?: Shape | undefined;
  height?: number;
  onChoose?: (locationId: number) => void;
}

/** Outlines of places without any library: degrees drawn as they are, narrowed by the latitude. */
export function ShapeMap({ label, shapes, ground, height = 260, onChoose }: ShapeMapProps) {
  const all = ground === undefined ? shapes : [ground, ...shapes];
  const points = all.flatMap(({ geometry }) => ringsOf(geometry).flat());
  if (points.length === 0) return null;
  const [west, east] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const [south, north] = [Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y))];
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const width = Math.max((east - west) * narrow, 1e-6);
  const size = Math.max(width, north - south, 1e-6);
  const d = (geometry: Geometry) =>
    ringsOf(geometry)
      .map((ring) => `M${ring.map(([x, y]) => `${fixed((x - west) * narrow)} ${fixed(north - y)}`).join('L')}Z`)
      .join('');
  const pad = size * 0.02;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`${-pad} ${-pad} ${width + 2 * pad} ${north - south + 2 * pad}`}
      style={{ width: '100%', height, display: 'block' }}
    >
      {ground !== undefined && <path d={d(ground.geometry)} className="shape-ground" fillRule="evenodd" />}
      {shapes.map((shape) => (
        <path
          key={shape.location_id}
          d={d(shape.geometry)}
          className={onChoose === undefined ? 'shape' : 'shape shape-link'}
          fillRule="evenodd"
          {...(onChoose === undefined ? {} : { onClick: () => onChoose(shape.location_id) })}
        >
          <title>{shape.properties.name}</title>
        </path>
      ))}
    </svg>
  );
}

const fixed = (value: number): string => value.toFixed(4);

function ringsOf(geometry: Geometry): Ring[] {
  if (geometry.type === 'Polygon') return geometry.coordinates as Ring[];
  if (geometry.type === 'MultiPolygon') return (geometry.coordinates as Ring[][]).flat();
  return [];
}
