import type { Part, Scene } from './cast.ts';
import type { Row, Rows } from './row.ts';

//                  anon USER view cont edit own  ADM  SUP  narrowed
const signedIn = '  401  200  200  200  200  200  200  200  403';
const everybodyMay = (status: number) => `401 ${`${status} `.repeat(7)}403`;
const adminsMay = (status: number) => `401 403 403 403 403 403 ${status} ${status} 403`;
/** Nobody here is responsible for a place: it is not there for them. Scoped people: test/locations/scope.test.ts. */
const placesMay = (status: number, others = 404) => `401 ${`${others} `.repeat(5)}${status} ${status} 403`;
const onlyAdminsSee = '- - - - - - x x -';

let made = 0;
const fresh = () => {
  made += 1;
  return `made ${made}`;
};

interface Kind {
  id: (scene: Scene) => number;
  create: (scene: Scene, part: Part) => Record<string, unknown>;
  change: Record<string, unknown>;
  may: (status: number) => string;
  /** Who makes one. Default: as `may`. */
  mayCreate?: (status: number) => string;
}

/** Master data: everybody signed in reads all of it, `may` says who writes. */
function masterData(name: string, { id, create, change, may, mayCreate = may }: Kind): Rows {
  const one = (scene: Scene) => `/api/v1/${name}/${id(scene)}`;
  return {
    [`GET /api/v1/${name}`]: { answers: signedIn },
    [`GET /api/v1/${name}/:pk`]: { answers: signedIn, path: one },
    [`GET /api/v1/${name}/set/:ids`]: { answers: signedIn, path: (scene) => `/api/v1/${name}/set/${id(scene)}` },
    [`GET /api/v1/${name}/schema`]: { answers: signedIn },
    [`POST /api/v1/${name}`]: { answers: mayCreate(201), body: create },
    [`PUT /api/v1/${name}`]: {
      answers: may(200),
      body: (scene, part) => ({ objects: [{ ...create(scene, part), id: id(scene) }] }),
    },
    [`PUT /api/v1/${name}/:pk`]: { answers: may(200), path: one, body: create },
    [`PATCH /api/v1/${name}`]: {
      answers: may(202),
      body: (scene) => ({ objects: [{ id: id(scene), ...change }] }),
    },
    [`PATCH /api/v1/${name}/:pk`]: { answers: may(202), path: one, body: () => change },
    [`DELETE /api/v1/${name}`]: { answers: may(204), path: (scene) => `/api/v1/${name}?id=${id(scene)}` },
    [`DELETE /api/v1/${name}/:pk`]: { answers: may(204), path: one },
  };
}

interface PlaceKind extends Omit<Kind, 'may'> {
  /** What a person without any place is answered who tries to make one. */
  refused: number;
}

/** Rows with a place: for people responsible for none, there are none. */
function placed(name: string, { id, create, change, refused }: PlaceKind): Rows {
  const one = (scene: Scene) => `/api/v1/${name}/${id(scene)}`;
  const found: Pick<Row, 'sees' | 'find'> = {
    sees: onlyAdminsSee,
    find: (answer) => answer.body.objects?.length > 0,
  };
  return {
    [`GET /api/v1/${name}`]: { answers: signedIn, ...found },
    [`GET /api/v1/${name}/:pk`]: { answers: placesMay(200), path: one },
    [`GET /api/v1/${name}/set/:ids`]: { answers: signedIn, path: (s) => `/api/v1/${name}/set/${id(s)}`, ...found },
    [`GET /api/v1/${name}/schema`]: { answers: signedIn },
    [`POST /api/v1/${name}`]: { answers: placesMay(201, refused), body: create },
    [`PUT /api/v1/${name}`]: {
      answers: placesMay(200),
      body: (scene, part) => ({ objects: [{ ...create(scene, part), id: id(scene) }] }),
    },
    [`PUT /api/v1/${name}/:pk`]: { answers: placesMay(200), path: one, body: create },
    [`PATCH /api/v1/${name}`]: { answers: placesMay(202), body: (s) => ({ objects: [{ id: id(s), ...change }] }) },
    [`PATCH /api/v1/${name}/:pk`]: { answers: placesMay(202), path: one, body: () => change },
    [`DELETE /api/v1/${name}`]: { answers: placesMay(204), path: (scene) => `/api/v1/${name}?id=${id(scene)}` },
    [`DELETE /api/v1/${name}/:pk`]: { answers: placesMay(204), path: one },
  };
}

const point = { type: 'Point', coordinates: [1, 2] };

export const placeRows: Rows = {
  ...masterData('location_type', {
    id: ({ master }) => master.locationType,
    create: () => ({ name: fresh(), admin_level: 9 }),
    change: { admin_level: 8 },
    may: adminsMay,
  }),
  ...masterData('indicator', {
    id: ({ master }) => master.indicator,
    create: () => ({ name: fresh(), short_name: fresh(), data_format: 'int' }),
    change: { description: 'changed' },
    may: adminsMay,
  }),
  ...masterData('indicator_bound', {
    id: ({ master }) => master.bound,
    create: ({ master }) => ({ indicator_id: master.component }),
    change: { direction: -1 },
    may: adminsMay,
  }),
  ...masterData('indicator_tag', {
    id: ({ master }) => master.tag,
    create: () => ({ tag_name: fresh() }),
    change: { parent_tag_id: null },
    may: adminsMay,
  }),
  ...masterData('indicator_to_tag', {
    id: ({ master }) => master.toTag,
    create: ({ master }) => ({ indicator_id: master.component, indicator_tag_id: master.tag }),
    change: {},
    may: adminsMay,
  }),
  ...masterData('indicator_calculation', {
    id: ({ master }) => master.calculation,
    create: ({ master }) => ({
      indicator_id: master.whole,
      indicator_component_id: master.component,
      calculation: 'NUMERATOR',
    }),
    change: { calculation: 'DENOMINATOR' },
    may: adminsMay,
  }),
  ...masterData('campaign_type', {
    id: ({ master }) => master.campaignType,
    create: () => ({ name: fresh() }),
    change: {},
    may: adminsMay,
  }),
  ...masterData('campaign', {
    id: ({ master }) => master.campaign,
    create: ({ master }) => ({
      name: fresh(),
      campaign_type_id: master.campaignType2,
      start_date: '2021-01-01',
      end_date: '2021-01-02',
    }),
    change: { end_date: '2022-01-01' },
    may: adminsMay,
  }),
  ...masterData('custom_chart', {
    id: ({ master }) => master.chart,
    create: () => ({ uuid: fresh(), title: fresh(), chart_json: {} }),
    change: { chart_json: { type: 'line' } },
    may: adminsMay,
    mayCreate: everybodyMay,
  }),
  ...masterData('custom_dashboard', {
    id: ({ master }) => master.dashboard,
    create: () => ({ title: fresh() }),
    change: { layout: 1 },
    may: adminsMay,
    mayCreate: everybodyMay,
  }),
  ...placed('location', {
    id: ({ master }) => master.location,
    create: ({ master }) => ({ name: fresh(), location_code: fresh(), location_type_id: master.locationType2 }),
    change: { lpd_status: 1 },
    refused: 403,
  }),
  ...placed('location_polygon', {
    id: ({ master }) => master.shapedLocation,
    create: ({ master }) => ({ location_id: master.shapedLocation, geo_json: point }),
    change: { geo_json: point },
    refused: 400,
  }),
  ...placed('geo', {
    id: ({ master }) => master.shapedLocation,
    create: ({ master }) => ({ location_id: master.shapedLocation, geo_json: point }),
    change: { geo_json: point },
    refused: 400,
  }),
  ...placed('location_responsibility', {
    id: ({ master }) => master.responsibility,
    create: ({ master, bystander }) => ({ user_id: bystander, top_lvl_location_id: master.shapedLocation }),
    change: { right: 'manage' },
    refused: 400,
  }),
  'POST /api/v1/location_polygon': {
    answers: placesMay(201, 400),
    body: ({ master }) => ({ location_id: master.location, geo_json: point }),
  },
  'POST /api/v1/geo': {
    answers: placesMay(201, 400),
    body: ({ master }) => ({ location_id: master.location, geo_json: point }),
  },
  'GET /api/v1/location_responsibility': {
    answers: signedIn,
    path: ({ bystander }) => `/api/v1/location_responsibility?user_id=${bystander}`,
    sees: onlyAdminsSee,
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/location_tree': {
    answers: signedIn,
    path: ({ master }) => `/api/v1/location_tree?location_id=${master.location}`,
    sees: onlyAdminsSee,
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/location_tree/:pk': {
    answers: placesMay(200),
    path: ({ master }) => `/api/v1/location_tree/${master.tree}`,
  },
  'GET /api/v1/location_tree/set/:ids': {
    answers: signedIn,
    path: ({ master }) => `/api/v1/location_tree/set/${master.tree}`,
    sees: onlyAdminsSee,
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/location_tree/schema': { answers: signedIn },
  'GET /api/v1/location/:id/explain_access': {
    answers: placesMay(200).replace(/403$/, '404'),
    path: ({ master }) => `/api/v1/location/${master.location}/explain_access`,
  },
  'POST /api/v1/location/import': {
    answers: everybodyMay(400).replace(/403$/, '400'),
    body: () => 'location_code\n',
    headers: { 'content-type': 'text/csv' },
  },
  'POST /api/v1/geo/import': {
    answers: everybodyMay(200).replace(/403$/, '200'),
    body: () => 'nowhere|{"type":"Point","coordinates":[1,2]}\n',
    headers: { 'content-type': 'text/plain' },
  },
  'GET /api/v1/all_meta': {
    answers: signedIn,
    path: () => '/api/v1/all_meta?keys=locations',
    sees: onlyAdminsSee,
    find: (answer) => answer.body.objects?.[0].locations.length > 0,
  },
  'GET /api/v1/all_meta/:pk': { answers: signedIn, path: () => '/api/v1/all_meta/1' },
  'GET /api/v1/all_meta/set/:ids': { answers: signedIn, path: () => '/api/v1/all_meta/set/1' },
  'GET /api/v1/all_meta/schema': { answers: signedIn },
};
