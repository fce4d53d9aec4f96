import type { Scene } from './cast.ts';
import type { Row, Rows } from './row.ts';

//                  anon USER view cont edit own  ADM  SUP  narrowed
const signedIn = '  401  200  200  200  200  200  200  200  403';
/** Nobody here is responsible for a place: its values are not there for them. Scoped people: test/aggregates. */
const placesMay = (status: number, others = 404) => `401 ${`${others} `.repeat(5)}${status} ${status} 403`;
/** To a token without the right to values no value is there. */
const traced = placesMay(200).replace('403', '404');
const found: Pick<Row, 'sees' | 'find'> = {
  sees: '- - - - - - x x -',
  find: (answer) => answer.body.objects?.length > 0,
};

function values(name: string, id: (scene: Scene) => number, cell: (scene: Scene, isNew: boolean) => object): Rows {
  const list = ({ master }: Scene) => `/api/v1/${name}?indicator__in=${master.valueIndicator},${master.dateIndicator}`;
  const one = (scene: Scene) => `/api/v1/${name}/${id(scene)}`;
  const reading: Rows = {
    [`GET /api/v1/${name}`]: { answers: signedIn, path: list, ...found },
    [`GET /api/v1/${name}/:pk`]: { answers: placesMay(200), path: one },
    [`GET /api/v1/${name}/set/:ids`]: { answers: signedIn, path: (s) => `/api/v1/${name}/set/${id(s)}`, ...found },
    [`GET /api/v1/${name}/schema`]: { answers: signedIn },
  };
  if (name.startsWith('datapoint')) return reading;
  reading[`GET /api/v1/${name}/:id/lineage`] = { answers: traced, path: (s) => `${one(s)}/lineage` };
  return {
    ...reading,
    [`POST /api/v1/${name}`]: { answers: placesMay(201), body: (s) => cell(s, true) },
    [`PUT /api/v1/${name}`]: { answers: placesMay(200), body: (s) => ({ objects: [cell(s, false)] }) },
    [`PUT /api/v1/${name}/:pk`]: { answers: placesMay(200), path: one, body: (s) => cell(s, false) },
    [`PATCH /api/v1/${name}`]: { answers: placesMay(202), body: (s) => ({ objects: [{ id: id(s), value: 2 }] }) },
    [`PATCH /api/v1/${name}/:pk`]: { answers: placesMay(202), path: one, body: () => ({ value: 3 }) },
    [`DELETE /api/v1/${name}`]: { answers: placesMay(204), path: (s) => `/api/v1/${name}?id=${id(s)}` },
    [`DELETE /api/v1/${name}/:pk`]: { answers: placesMay(204), path: one },
  };
}

const later = { prefer: 'respond-async' };
const started = '401 403 403 403 403 403 202 202 403';

export const valueRows: Rows = {
  ...Object.fromEntries(
    ['GET', 'POST'].flatMap((method) => [
      [
        `${method} /api/v1/agg_refresh`,
        {
          // To a narrowed token the campaign is not there.
          answers: started.replace(/403$/, '404'),
          path: ({ master }: Scene) => `/api/v1/agg_refresh?campaign_id=${master.valueCampaign}`,
          headers: later,
        },
      ],
      [`${method} /api/v1/cache_meta`, { answers: started, headers: later }],
    ]),
  ),
  'GET /api/v1/datapoint/lineage': {
    answers: traced,
    path: ({ master }) =>
      `/api/v1/datapoint/lineage?indicator_id=${master.valueIndicator}&location_id=${master.shapedLocation}&campaign_id=${master.valueCampaign}`,
  },
  ...values(
    'campaign_datapoint',
    ({ master }) => master.value,
    ({ master }, isNew) => ({
      indicator_id: isNew ? master.valueIndicator2 : master.valueIndicator,
      location_id: master.shapedLocation,
      campaign_id: master.valueCampaign,
      value: 4,
    }),
  ),
  ...values(
    'date_datapoint',
    ({ master }) => master.dateValue,
    ({ master }, isNew) => ({
      indicator_id: master.dateIndicator,
      location_id: master.shapedLocation,
      data_date: isNew ? '2020-01-02' : '2020-01-01',
      value: 4,
    }),
  ),
  ...values(
    'datapoint',
    ({ master }) => master.value,
    () => ({}),
  ),
  ...values(
    'datapoint_history',
    ({ master }) => master.datapoint,
    () => ({}),
  ),
  'GET /api/v1/conflict': {
    answers: signedIn,
    path: ({ master }) => `/api/v1/conflict?campaign_id=${master.valueCampaign}`,
  },
  'GET /api/v1/conflict/:pk': { answers: '401 404 404 404 404 404 404 404 403', path: () => '/api/v1/conflict/999999' },
  'GET /api/v1/conflict/set/:ids': { answers: signedIn, path: () => '/api/v1/conflict/set/999999' },
  'GET /api/v1/conflict/schema': { answers: signedIn },
};
