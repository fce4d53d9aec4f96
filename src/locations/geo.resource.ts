import type { Context } from '../platform/context.ts';
import { raw, type Sql, type Tx } from '../platform/db/index.ts';
import {
  missingParameter,
  type ParameterValues,
  type ReadContext,
  type ResourceDeclaration,
  resource,
} from '../resource/index.ts';
import { invalidGeometry, invalidNumber } from './errors.ts';
import { askToSimplify } from './mark-shapes.ts';
import { placeValuesOf } from './place-values.ts';
import { checkGeometry, isProblem } from './pure/check-geometry.ts';
import { storedToleranceFor, tolerances } from './pure/simplify-shapes.ts';
import { filterPeriodParameters, placesSelected, selectionParameters } from './select-places.ts';
import { type Box, featuresAt, finestToleranceFitting, touchesBox } from './shape-store.ts';

const autoMaxBytes = 200_000;

const boxFields = {
  west: { type: 'number', readonly: true },
  south: { type: 'number', readonly: true },
  east: { type: 'number', readonly: true },
  north: { type: 'number', readonly: true },
} as const;
const hidden = {
  bytes: { type: 'integer', sql_type: 'integer', readonly: true },
  simplified_at: { type: 'datetime', nullable: true, readonly: true },
} as const;
const times = {
  created_at: { type: 'datetime', auto: 'created' },
  updated_at: { type: 'datetime', auto: 'updated' },
} as const;
const id = { type: 'integer', sql_type: 'integer', column: 'location_id', readonly: true } as const;
const location_id = {
  type: 'integer',
  sql_type: 'integer',
  unique: true,
  references: { resource: 'location', on_delete: 'cascade' },
} as const;
const help = 'GeoJSON geometry, WGS 84, longitude first.';

const shapeHooks = {
  beforeWrite: (value: object) => {
    const { geo_json: given } = value as { geo_json?: unknown };
    if (given === undefined) return;
    const checked = checkGeometry(given);
    if (isProblem(checked)) throw invalidGeometry(checked);
    const { geometry, ...box } = checked;
    const bytes = Buffer.byteLength(JSON.stringify(geometry));
    Object.assign(value, box, { geo_json: geometry, bytes, simplified_at: null });
  },
  afterWrite: (_changes: unknown, { tx }: { tx: Tx }) => askToSimplify(tx),
};

/** The shapes as plain rows. */
export const locationPolygonResource: ResourceDeclaration = resource({
  resource_name: 'location_polygon',
  object_class: 'location_polygon',
  help: 'One shape per place; its id is that of the place.',
  fields: { location_id, id, geo_json: { type: 'dict', help }, ...boxFields, ...hidden, ...times },
  query_fields: ['id', 'location_id', 'geo_json', 'west', 'south', 'east', 'north', 'created_at', 'updated_at'],
  detail_fields: ['id', 'location_id', 'geo_json', 'west', 'south', 'east', 'north', 'created_at', 'updated_at'],
  required_fields_for_post: ['location_id', 'geo_json'],
  geometry: 'geo_json',
  permission: { read: 'location.read', write: 'location.write', scope: 'location_id' },
  hooks: shapeHooks,
});

/** The same shapes as GeoJSON features, selected like places and made as coarse as is asked (contract §5.4). */
export function geoResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'geo',
    object_class: 'geo_feature',
    help: 'Shapes of places as GeoJSON features; the id is that of the place.',
    fields: {
      location_id,
      id,
      type: { type: 'string', expression: `'Feature'::text` },
      parent_location_id: { type: 'integer', sql_type: 'integer', readonly: true, help: 'A root names itself.' },
      properties: { type: 'dict', readonly: true },
      geometry: { type: 'dict', column: 'geo_json', readonly: true },
      geo_json: { type: 'dict', secret: true, help },
      ...boxFields,
      ...hidden,
      ...times,
    },
    query_fields: ['type', 'location_id', 'parent_location_id', 'properties', 'geometry'],
    detail_fields: ['type', 'location_id', 'parent_location_id', 'properties', 'geometry'],
    required_fields_for_post: ['location_id', 'geo_json'],
    order: ['location_id'],
    geometry: 'geometry',
    rows_are_features: true,
    permission: { read: 'location.read', write: 'location.write', scope: 'location_id' },
    parameters: {
      ...selectionParameters,
      ...filterPeriodParameters,
      simplify: { type: 'string', help: 'Deviation allowed in metres, or auto for about 200 KB.' },
      bbox: { type: 'string', help: 'west,south,east,north: only shapes whose box touches this one.' },
      indicator_id: {
        type: 'integer',
        help: 'With campaign_id: adds the effective value and its flags to the properties.',
      },
      campaign_id: { type: 'integer' },
    },
    list_source: (parameters, read) => source(context, parameters, read),
    hooks: {
      ...shapeHooks,
      select: async (query, parameters, read) => {
        for (const condition of await conditions(context, query.column('location_id'), parameters, read)) {
          query.where(condition);
        }
      },
    },
  });
}

async function source(context: Context, parameters: ParameterValues, read: ReadContext): Promise<Sql> {
  const { indicator_id: indicatorId, campaign_id: campaignId } = parameters as Record<string, number | undefined>;
  if ((indicatorId === undefined) !== (campaignId === undefined)) {
    throw missingParameter(indicatorId === undefined ? 'indicator_id' : 'campaign_id');
  }
  const tolerance = await toleranceOf(context, parameters, read);
  if (indicatorId === undefined) return featuresAt(tolerance, () => undefined);
  return featuresAt(tolerance, await placeValuesOf(context).valueOf({ indicatorId, campaignId: campaignId! }, read.db));
}

async function toleranceOf(context: Context, parameters: ParameterValues, read: ReadContext): Promise<number> {
  const { simplify } = parameters as { simplify?: string };
  if (simplify === undefined) return 0;
  if (simplify === 'auto') return await toleranceFitting(context, parameters, read);
  const metres = /^\d{1,9}(\.\d+)?$/.test(simplify.trim()) ? Number(simplify) : undefined;
  if (metres === undefined) throw invalidNumber('simplify', simplify, 'metres, or auto');
  return storedToleranceFor(metres);
}

/** Only what the caller will be shown counts; ordinary filters beside the selection are left out of the estimate. */
async function toleranceFitting(context: Context, parameters: ParameterValues, read: ReadContext): Promise<number> {
  const place = raw('p.location_id');
  const shown = await conditions(context, place, parameters, read);
  const visible = read.access.where('location.read', { location: place });
  return await finestToleranceFitting(read.db, tolerances, autoMaxBytes, [visible, ...shown]);
}

async function conditions(
  context: Context,
  place: Sql,
  parameters: ParameterValues,
  read: ReadContext,
): Promise<Sql[]> {
  const selected = await placesSelected(context, place, parameters, read);
  const { bbox } = parameters as { bbox?: string };
  return [
    ...(selected === undefined ? [] : [selected]),
    ...(bbox === undefined ? [] : [touchesBox(place, boxOf(bbox))]),
  ];
}

function boxOf(text: string): Box {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [west, south, east, north] = numbers as [number, number, number, number];
  const isBox =
    numbers.length === 4 &&
    numbers.every((number) => Number.isFinite(number)) &&
    [west, east].every((x) => Math.abs(x) <= 180) &&
    [south, north].every((y) => Math.abs(y) <= 90) &&
    south <= north;
  if (!isBox) throw invalidNumber('bbox', text, 'west,south,east,north in degrees');
  return { west, south, east, north };
}
