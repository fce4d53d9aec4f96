import { must } from '../locations/places-world.ts';
import type { Actor } from '../support/actor.ts';

type Ids = Record<string, number>;
type Corner = [number, number];

/** Savanna; its provinces North (Amber, Birch) and South (Cedar, Dune), with shapes that share their borders. */
const places: [string, string, string, string][] = [
  ['SAV', 'Savanna', 'Country', ''],
  ['N', 'North', 'Province', 'SAV'],
  ['S', 'South', 'Province', 'SAV'],
  ['AMB', 'Amber', 'District', 'N'],
  ['BIR', 'Birch', 'District', 'N'],
  ['CED', 'Cedar', 'District', 'S'],
  ['DUN', 'Dune', 'District', 'S'],
];
const corners = {
  nw: [10, 4],
  n: [12.2, 4.6],
  ne: [14.5, 3.8],
  w: [9.6, 2],
  m: [12, 2.3],
  e: [14.9, 1.9],
  sw: [10.3, 0.2],
  s: [12.4, -0.3],
  se: [14.2, 0.4],
} satisfies Record<string, Corner>;
const outlines: Record<string, (keyof typeof corners)[]> = {
  SAV: ['nw', 'w', 'sw', 's', 'se', 'e', 'ne', 'n'],
  N: ['nw', 'w', 'm', 'e', 'ne', 'n'],
  S: ['w', 'sw', 's', 'se', 'e', 'm'],
  AMB: ['nw', 'w', 'm', 'n'],
  BIR: ['n', 'm', 'e', 'ne'],
  CED: ['w', 'sw', 's', 'm'],
  DUN: ['m', 's', 'se', 'e'],
};

export const placesCsv = `location_code,name,location_type,admin_level,parent_location_code\n${places
  .map(([code, name, type, parent]) => [code, name, type, ['Country', 'Province', 'District'].indexOf(type), parent])
  .map((row) => row.join(','))
  .join('\n')}\n`;

export const shapesJson = JSON.stringify({
  type: 'FeatureCollection',
  features: Object.entries(outlines).map(([location_code, ring]) => ({
    type: 'Feature',
    properties: { location_code },
    geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]!].map((name) => corners[name])] },
  })),
});

/** Makes indicators (seen, vaccinated, missed = share not vaccinated) and the campaigns March and April 2026. */
export async function makeMetadata(admin: Actor): Promise<{ indicators: Ids; campaigns: Ids }> {
  const create = async (resource: string, body: object): Promise<number> =>
    (await must(admin.post(`/api/v1/${resource}/`, body), 201)).id;
  const indicators: Ids = {
    seen: await create('indicator', { name: 'Children seen', short_name: 'seen', data_format: 'int', min: 0 }),
    vaccinated: await create('indicator', {
      name: 'Children vaccinated',
      short_name: 'vaccinated',
      data_format: 'int',
    }),
    missed: await create('indicator', { name: 'Share missed', short_name: 'missed', data_format: 'pct' }),
  };
  for (const [component, calculation] of [
    ['seen', 'WHOLE_OF_DIFFERENCE'],
    ['vaccinated', 'PART_OF_DIFFERENCE'],
  ] as const) {
    const indicator_component_id = indicators[component]!;
    await create('indicator_calculation', { indicator_id: indicators.missed, indicator_component_id, calculation });
  }
  for (const [bound_name, mn_val, mx_val] of [
    ['good', null, 0.1],
    ['ok', 0.1, 0.25],
    ['bad', 0.25, null],
  ]) {
    await create('indicator_bound', { indicator_id: indicators.missed, bound_name, mn_val, mx_val });
  }
  const campaign_type_id = await create('campaign_type', { name: 'National round' });
  const campaign = (name: string, start_date: string, end_date: string) =>
    create('campaign', { name, campaign_type_id, start_date, end_date });
  const campaigns = {
    march: await campaign('March 2026', '2026-03-02', '2026-03-06'),
    april: await campaign('April 2026', '2026-04-06', '2026-04-10'),
  };
  return { indicators, campaigns };
}

/** The same over the API, without values; ids of places by code. */
export async function makePlaces(admin: Actor): Promise<Ids> {
  await must(admin.post('/api/v1/location/import', placesCsv, { 'content-type': 'text/csv' }), 200);
  await must(admin.post('/api/v1/geo/import', shapesJson, { 'content-type': 'text/plain' }), 200);
  const { objects } = await must(admin.get('/api/v1/location/?limit=100'), 200);
  return Object.fromEntries(objects.map((one: { location_code: string; id: number }) => [one.location_code, one.id]));
}

/** What was seen and vaccinated in March and April; nothing of Dune in April. */
const rounds: Record<string, [number, number][]> = {
  AMB: [
    [1200, 1130],
    [1310, 1275],
  ],
  BIR: [
    [840, 590],
    [905, 742],
  ],
  CED: [
    [2210, 1720],
    [2300, 2100],
  ],
  DUN: [[460, 455]],
};

export async function enterRounds(
  admin: Actor,
  ids: Ids,
  { indicators, campaigns }: { indicators: Ids; campaigns: Ids },
) {
  const objects = Object.entries(rounds).flatMap(([code, values]) =>
    values.flatMap((pair, round) =>
      pair.map((value, index) => ({
        location_id: ids[code],
        campaign_id: [campaigns.march, campaigns.april][round],
        indicator_id: [indicators.seen, indicators.vaccinated][index],
        value,
      })),
    ),
  );
  await must(admin.put('/api/v1/campaign_datapoint/', { objects }), 200);
}
