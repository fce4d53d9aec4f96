import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Geometry, Position } from 'geojson';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { vegaFile } from './vega-file.ts';

/** Gapminder once more, now as places, and as a document that somebody has to map. */

interface Row {
  country: string;
  year: number;
  cluster: number;
  pop: number;
  life_expect: number;
  fertility: number;
}

const rows = JSON.parse(readFileSync(vegaFile('gapminder.json'), 'utf8')) as Row[];
const regions = [
  ['SA', 'South Asia'],
  ['EU', 'Europe and Central Asia'],
  ['AF', 'Sub-Saharan Africa'],
  ['AM', 'America'],
  ['EA', 'East Asia and Pacific'],
  ['ME', 'Middle East and North Africa'],
] as const;
const codeOf = (country: string) => country.toLowerCase().replace(/[^a-z]+/g, '-');

export const years = [...new Set(rows.map((row) => row.year))].toSorted((a, b) => a - b);

/** The world, its regions and countries, for `POST /api/v1/location/import`. */
export function placesCsv(): string {
  const countries = new Map(rows.map((row) => [row.country, regions[row.cluster]![0]]));
  return [
    'location_code,name,location_type,admin_level,parent_location_code',
    'world,World,World,0,',
    ...regions.map(([code, name]) => `${code},${name},Region,1,world`),
    ...[...countries].map(([name, region]) => `${codeOf(name)},"${name}",Country,2,${region}`),
  ].join('\n');
}

/** Natural Earth's names differ here and there. */
const atlasNames: Record<string, string> = {
  'United States of America': 'United States',
  'Dominican Rep.': 'Dominican Republic',
};

/** Shapes of the countries (Natural Earth, public domain, as the npm package world-atlas ships them). */
export function shapesGeoJson(): string {
  const file = path.join(import.meta.dirname, '..', 'node_modules', 'world-atlas', 'countries-110m.json');
  const atlas = JSON.parse(readFileSync(file, 'utf8')) as Topology<{ countries: GeometryCollection<{ name: string }> }>;
  const known = new Set(rows.map((row) => row.country));
  const features = feature(atlas, atlas.objects.countries)
    .features.map((one) => ({ ...one, name: atlasNames[one.properties.name] ?? one.properties.name }))
    .filter((one) => known.has(one.name))
    .map(({ geometry, name }) => ({
      type: 'Feature',
      properties: { location_code: codeOf(name) },
      geometry: withoutSlivers(geometry),
    }));
  return JSON.stringify({ type: 'FeatureCollection', features });
}

/** At this scale North Korea has an island that is a line. */
function withoutSlivers(geometry: Geometry): Geometry {
  if (geometry.type !== 'MultiPolygon') return geometry;
  const hasArea = ([ring]: Position[][]) => new Set(ring!.map((position) => position.join())).size > 2;
  return { ...geometry, coordinates: geometry.coordinates.filter(hasArea) };
}

/**
 * One row a country and year: people, years they can expect to live taken together, children per woman. With thousands
 * separators, words for "no value", one cell nobody can read, one place nobody knows, and one header of its own.
 */
export function documentCsv(): string {
  const lines = rows.map((row, index) => {
    const people = row.pop.toLocaleString('en');
    const children = index === 100 ? 'about 5' : index % 97 === 50 ? 'n/a' : String(row.fertility);
    return `${codeOf(row.country)},${row.year},"${people}",${Math.round(row.pop * row.life_expect)},${children}`;
  });
  return ['geocode,campaign,people,life_years,Kids per woman', ...lines, 'atlantis,1955,"1,000",50000,2.1'].join('\n');
}
