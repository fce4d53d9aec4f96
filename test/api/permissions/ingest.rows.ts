import type { Scene } from './cast.ts';
import type { Row, Rows } from './row.ts';

//                          anon USER view cont edit own  ADM  SUP  narrowed
/** Contributors add; viewers and those outside do not. A project one does not see does not exist. */
const adders = '            401  404  403  201  201  201  201  201  403';
const seedcaseAdders = '    401  400  403  201  201  201  201  201  403';
/** Rows and what holds their values: not the contributor, and not administrators by their role alone. */
const rowReaders = '        404  404  200  403  200  200  403  403  404';
/** The scene's upload is published: whoever may change it learns that there is nothing to decide. */
const nothingWaits = '      401  404  403  404  409  409  409  409  404';

const asynchronous = { prefer: 'respond-async' };
const records = () => '[{"id":1}]';
const file = () => 'id\n1\n';

const adding = (url: string, answers: string, body: () => string, type: string): Row => ({
  answers,
  path: (scene: Scene) => `${url}?project_id=${scene.project}&dataset=sent`,
  body,
  headers: { ...asynchronous, 'content-type': type },
});

const native: Rows = Object.fromEntries(
  ['POST', 'PUT'].flatMap((method) => [
    [`${method} /api/v1/upload`, adding('/api/v1/upload', adders, file, 'text/csv')],
    [`${method} /api/v1/upload/records`, adding('/api/v1/upload/records', adders, records, 'application/json')],
  ]),
);

const seedcase = (mount: string): Rows => ({
  [`PUT ${mount}/api/raw_data_file_upload`]: adding(
    `${mount}/api/raw_data_file_upload`,
    seedcaseAdders,
    file,
    'text/csv',
  ),
  [`POST ${mount}/api/raw_data_file_upload`]: adding(
    `${mount}/api/raw_data_file_upload`,
    seedcaseAdders,
    file,
    'text/csv',
  ),
  [`POST ${mount}/data/raw/file`]: adding(`${mount}/data/raw/file`, adders, file, 'text/csv'),
  [`POST ${mount}/api/post_raw_data`]: adding(
    `${mount}/api/post_raw_data`,
    seedcaseAdders,
    records,
    'application/json',
  ),
  [`PUT ${mount}/api/post_raw_data`]: adding(`${mount}/api/post_raw_data`, seedcaseAdders, records, 'application/json'),
  [`POST ${mount}/data/raw`]: adding(`${mount}/data/raw`, adders, records, 'application/json'),
});

const ofUpload = (answers: string, rest: string, body?: unknown): Row => ({
  answers,
  path: (scene) => `/api/v1/upload/${scene.upload}${rest}`,
  ...(body === undefined ? {} : { body: () => body }),
  headers: asynchronous,
});

export const ingestRows: Rows = {
  ...native,
  ...seedcase(''),
  ...seedcase('/compat/seedcase'),
  'POST /api/v1/upload/:id/check': ofUpload(nothingWaits, '/check'),
  'POST /api/v1/upload/:id/confirm': ofUpload(nothingWaits, '/confirm'),
  'POST /api/v1/upload/:id/drop': ofUpload(nothingWaits, '/drop'),
  'DELETE /api/v1/upload/:id': ofUpload(nothingWaits, ''),
  'POST /api/v1/upload/:id/acknowledgement': ofUpload(
    '401  404  403  404  404  404  404  404  404',
    '/acknowledgement',
    { code: 'no-such-code', reason: 'known' },
  ),
  'DELETE /api/v1/upload/:id/acknowledgement/:entry': ofUpload(
    '401  404  403  404  404  404  404  404  404',
    '/acknowledgement/none',
  ),
  'GET /api/v1/dataset/:id/lineage': {
    answers: rowReaders,
    path: (scene) => `/api/v1/dataset/${scene.dataset}/lineage`,
  },
  // 404 after the rights: there is no revision 99.
  'GET /api/v1/dataset/:id/diff': {
    answers: '404  404  404  403  404  404  403  403  404',
    path: (scene) => `/api/v1/dataset/${scene.dataset}/diff?from=99`,
  },
  'GET /api/v1/dataset/:id/history': {
    answers: rowReaders,
    path: (scene) => `/api/v1/dataset/${scene.dataset}/history?key=1`,
  },
};
