import type { ErrorDetail } from '../../platform/errors/index.ts';
import { type CheckedGeometry, checkGeometry, isProblem } from './check-geometry.ts';

export interface ShapeInFile extends CheckedGeometry {
  /** Feature or line, counted from 1. */
  row: number;
  code: string;
}

export interface ShapesFile {
  shapes: ShapeInFile[];
  issues: ErrorDetail[];
}

/**
 * A GeoJSON FeatureCollection or Feature, one feature a line, or lines `location_code|geo_json`. A feature names its
 * place by `location_code` in its properties. Undefined: none of these.
 */
export function readShapesFile(text: string): ShapesFile | undefined {
  const given = text.trimStart().startsWith('{') ? featuresIn(text) : linesIn(text);
  if (given === undefined) return undefined;
  const issues: ErrorDetail[] = [];
  const shapes: ShapeInFile[] = [];
  const seen = new Map<string, number>();
  for (const [index, { code, geometry }] of given.entries()) {
    const row = index + 1;
    if (code === undefined || code === '') {
      issues.push({ row, column: 'location_code', code: 'missing_code', message: `shape ${row} has no location_code` });
      continue;
    }
    if (seen.has(code)) {
      const message = `${code} is in row ${seen.get(code)} already`;
      issues.push({ row, column: 'location_code', code: 'duplicate_code', message });
      continue;
    }
    seen.set(code, row);
    const checked = checkGeometry(geometry);
    if (isProblem(checked)) {
      const message = `${code}: geometry${checked.pointer}: ${checked.message}`;
      issues.push({ row, column: 'geo_json', code: 'invalid_geometry', message });
    } else shapes.push({ row, code, ...checked });
  }
  return { shapes, issues };
}

interface Given {
  code: string | undefined;
  geometry: unknown;
}

function featuresIn(text: string): Given[] | undefined {
  const whole = parsed(text) as { type?: unknown; features?: unknown } | undefined;
  if (whole === undefined) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const features = lines.map(parsed);
    return features.some((feature) => !isFeature(feature)) ? undefined : features.map(ofFeature);
  }
  if (whole.type === 'FeatureCollection' && Array.isArray(whole.features)) return whole.features.map(ofFeature);
  return isFeature(whole) ? [ofFeature(whole)] : undefined;
}

function linesIn(text: string): Given[] | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  // The first line of an export may name the columns.
  const body = /^\W*location_code\s*\|/i.test(lines[0] ?? '') ? lines.slice(1) : lines;
  if (body.some((line) => !line.includes('|'))) return undefined;
  return body.map((line) => {
    const at = line.indexOf('|');
    const value = parsed(line.slice(at + 1));
    return { code: clean(line.slice(0, at)), geometry: isFeature(value) ? value.geometry : value };
  });
}

const isFeature = (value: unknown): value is { geometry: unknown; properties: unknown } =>
  (value as { type?: unknown } | null | undefined)?.type === 'Feature';

function ofFeature(value: unknown): Given {
  const feature = value as { geometry?: unknown; properties?: { location_code?: unknown } | null } | null;
  const code = feature?.properties?.location_code;
  return {
    code: typeof code === 'string' || typeof code === 'number' ? clean(String(code)) : undefined,
    geometry: feature?.geometry,
  };
}

const known = /^(urn:ogc:def:crs:)?(OGC:[\d.]*:?CRS84|EPSG:[\d.]*:?4326)$/i;

/**
 * The reference system a file of before RFC 7946 names, where it is not WGS 84: its numbers may lie between -180 and 180 all
 * the same.
 */
export function foreignSystem(text: string): string | undefined {
  if (!text.includes('"crs"')) return undefined;
  const whole = parsed(text) as { crs?: { properties?: { name?: unknown } } | null } | null | undefined;
  const name = whole?.crs?.properties?.name;
  return typeof name === 'string' && !known.test(name.trim()) ? name : undefined;
}

const clean = (text: string) =>
  text
    .replace(/^\ufeff/, '')
    .trim()
    .replace(/\s+/g, ' ');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
