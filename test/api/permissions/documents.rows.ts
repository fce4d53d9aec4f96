import type { Scene } from './cast.ts';
import type { Row, Rows } from './row.ts';

//                  anon USER view cont edit own  ADM  SUP  narrowed
const signedIn = '  401  200  200  200  200  200  200  200  403';
const everybodyMay = (status: number) => `401 ${`${status} `.repeat(7)}403`;
/** Nobody's document, about a place nobody here is responsible for. Scoped people: test/documents/scope.test.ts. */
const adminsMay = (status: number, others: number) => `401 ${`${others} `.repeat(5)}${status} ${status} 403`;
const found: Pick<Row, 'sees' | 'find'> = {
  sees: '- - - - - - x x -',
  find: (answer) => answer.body.objects?.length > 0,
};

let made = 0;
const fresh = () => {
  made += 1;
  return `made document ${made}`;
};

const reading = (name: string, id: (scene: Scene) => number): Rows => ({
  [`GET /api/v1/${name}`]: {
    answers: signedIn,
    path: ({ master }) => `/api/v1/${name}?document_id=${master.document}`,
    ...found,
  },
  [`GET /api/v1/${name}/:pk`]: { answers: adminsMay(200, 404), path: (s) => `/api/v1/${name}/${id(s)}` },
  [`GET /api/v1/${name}/set/:ids`]: { answers: signedIn, path: (s) => `/api/v1/${name}/set/${id(s)}`, ...found },
  [`GET /api/v1/${name}/schema`]: { answers: signedIn },
});

const writing = (
  name: string,
  { id, create, change }: { id: (scene: Scene) => number; create: (scene: Scene) => object; change: () => object },
  others: number,
): Rows => {
  const one = (scene: Scene) => `/api/v1/${name}/${id(scene)}`;
  return {
    [`PUT /api/v1/${name}`]: {
      answers: adminsMay(200, others),
      body: (s) => ({ objects: [{ ...create(s), id: id(s) }] }),
    },
    [`PUT /api/v1/${name}/:pk`]: { answers: adminsMay(200, others), path: one, body: create },
    [`PATCH /api/v1/${name}`]: {
      answers: adminsMay(202, others),
      body: (s) => ({ objects: [{ id: id(s), ...change() }] }),
    },
    [`PATCH /api/v1/${name}/:pk`]: { answers: adminsMay(202, others), path: one, body: change },
    [`DELETE /api/v1/${name}`]: { answers: adminsMay(204, others), path: (s) => `/api/v1/${name}?id=${id(s)}` },
    [`DELETE /api/v1/${name}/:pk`]: { answers: adminsMay(204, others), path: one },
  };
};

const document = ({ master }: Scene) => master.document;
const detail = ({ master }: Scene) => master.detail;
const mapping = ({ master }: Scene) => master.mapping;
const detailType = ({ master }: Scene) => master.detailType;
const docfile = 'Z2VvY29kZSxjYW1wYWlnbix4CmEsYiwxCg==';

/** What the run then does is the run's matter: here only who may ask for it. */
const action = (name: string): Rows =>
  Object.fromEntries(
    ['GET', 'POST'].map((method) => [
      `${method} /api/v1/${name}`,
      {
        answers: adminsMay(202, 404).replace(/403$/, '404'),
        path: ({ master }: Scene) => `/api/v1/${name}?document_id=${master.document}`,
        headers: { prefer: 'respond-async' },
      },
    ]),
  );

/** One object is found in its document's list only. */
const results = (name: string): Rows => ({
  [`GET /api/v1/${name}`]: {
    answers: signedIn,
    path: ({ master }) => `/api/v1/${name}?document_id=${master.document}`,
  },
  [`GET /api/v1/${name}/:pk`]: { answers: everybodyMay(404), path: () => `/api/v1/${name}/1` },
  [`GET /api/v1/${name}/set/:ids`]: { answers: signedIn, path: () => `/api/v1/${name}/set/1` },
  [`GET /api/v1/${name}/schema`]: { answers: signedIn },
});

export const documentRows: Rows = {
  ...reading('source_doc', document),
  'GET /api/v1/source_doc': {
    answers: signedIn,
    path: ({ master }) => `/api/v1/source_doc?id=${master.document}`,
    ...found,
  },
  ...writing(
    'source_doc',
    { id: document, create: () => ({ doc_title: fresh() }), change: () => ({ doc_title: fresh() }) },
    404,
  ),
  'POST /api/v1/source_doc': {
    answers: adminsMay(201, 403),
    body: () => ({ doc_title: fresh(), file_type: 'campaign', docfile }),
    headers: { prefer: 'respond-async' },
  },
  'GET /api/v1/source_doc/:id/file': {
    // The narrowed credential sees no document; administrators see this one, of which there are no bytes.
    answers: adminsMay(404, 404).replace(/403$/, '404'),
    path: ({ master }) => `/api/v1/source_doc/${master.document}/file`,
  },
  'GET /api/v1/source_doc/:pk/issues': {
    answers: adminsMay(200, 404),
    path: ({ master }) => `/api/v1/source_doc/${master.document}/issues`,
  },
  ...reading('source_submission', ({ master }) => master.submission),
  ...reading('source_doc_issue', ({ master }) => master.issue),
  ...reading('doc_datapoint', ({ master }) => master.documentValue),
  ...reading('doc_detail', detail),
  ...writing(
    'doc_detail',
    {
      id: detail,
      create: ({ master }) => ({
        document_id: master.document,
        doc_detail_type_id: master.usedDetailType,
        doc_detail_value: 'x',
      }),
      change: () => ({ doc_detail_value: 'y' }),
    },
    404,
  ),
  'POST /api/v1/doc_detail': {
    answers: adminsMay(201, 400),
    body: ({ master }) => ({
      document_id: master.document,
      doc_detail_type_id: master.detailType,
      doc_detail_value: 'x',
    }),
  },
  'GET /api/v1/doc_detail_type': { answers: signedIn },
  'GET /api/v1/doc_detail_type/:pk': {
    answers: everybodyMay(200),
    path: (s) => `/api/v1/doc_detail_type/${detailType(s)}`,
  },
  'GET /api/v1/doc_detail_type/set/:ids': {
    answers: signedIn,
    path: (s) => `/api/v1/doc_detail_type/set/${detailType(s)}`,
  },
  'GET /api/v1/doc_detail_type/schema': { answers: signedIn },
  'POST /api/v1/doc_detail_type': { answers: adminsMay(201, 403), body: () => ({ name: fresh() }) },
  ...writing(
    'doc_detail_type',
    { id: detailType, create: () => ({ name: fresh() }), change: () => ({ name: fresh() }) },
    403,
  ),
  ...reading('source_object_map', mapping),
  'GET /api/v1/source_object_map': {
    answers: signedIn,
    path: (s) => `/api/v1/source_object_map?id=${mapping(s)}`,
    sees: '- x x x x x x x -',
    find: (answer) => answer.body.objects?.length > 0,
  },
  'GET /api/v1/source_object_map/:pk': {
    answers: everybodyMay(200),
    path: (s) => `/api/v1/source_object_map/${mapping(s)}`,
  },
  'GET /api/v1/source_object_map/set/:ids': {
    answers: signedIn,
    path: (s) => `/api/v1/source_object_map/set/${mapping(s)}`,
  },
  'POST /api/v1/source_object_map': {
    answers: adminsMay(201, 403),
    body: ({ master }) => ({
      content_type: 'indicator',
      source_object_code: fresh(),
      master_object_id: master.valueIndicator,
    }),
  },
  ...writing(
    'source_object_map',
    {
      id: mapping,
      create: ({ master }) => ({
        content_type: 'indicator',
        source_object_code: fresh(),
        master_object_id: master.valueIndicator,
      }),
      change: () => ({ is_ignored: true }),
    },
    403,
  ),
  'POST /api/v1/source_object_map/apply': {
    answers: everybodyMay(200).replace(/403$/, '200'),
    body: ({ master }) => ({ decision: 'ignore', ids: [master.mapping] }),
    sees: '- - - - - - x x -',
    find: (answer) => answer.body.objects?.length > 0,
  },
  'GET /api/v1/source_object_map/:id/preview': {
    answers: adminsMay(200, 403).replace(/403$/, '404'),
    path: (s) => `/api/v1/source_object_map/${mapping(s)}/preview?master_object_id=-1`,
  },
  'GET /api/v1/source_object_map/:id/history': {
    answers: everybodyMay(200).replace(/403$/, '404'),
    path: (s) => `/api/v1/source_object_map/${mapping(s)}/history`,
  },
  'GET /api/v1/source_object_map/export': { answers: everybodyMay(200).replace(/403$/, '200') },
  'POST /api/v1/source_object_map/import': {
    answers: adminsMay(200, 403),
    body: () => `content_type,source_object_code,master_code\nindicator,${fresh()},\n`,
    headers: { 'content-type': 'text/csv' },
  },
  'POST /api/v1/source_doc/:id/undo': {
    answers: adminsMay(200, 404).replace(/403$/, '404'),
    path: ({ master }) => `/api/v1/source_doc/${master.document}/undo`,
  },
  ...results('campaign_doc_result'),
  ...results('date_doc_result'),
  ...action('transform_upload'),
  ...action('refresh_master'),
  ...action('queue_process'),
};
