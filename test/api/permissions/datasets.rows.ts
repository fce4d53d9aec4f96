import type { Scene } from './cast.ts';
import type { Row, Rows } from './row.ts';

//                   anon USER view cont edit own  ADM  SUP  narrowed
const catalogue = '  404  404  200  200  200  200  200  200  404';
const tableRows = '  401  404  200  403  200  200  403  403  404';
// What was read and what was wrong with it: invisible without a credential, like everything of a private project.
const findings = '   404  404  200  403  200  200  403  403  404';
const lists = '      200  200  200  200  200  200  200  200  403';
const uploads = '    404  404  200  404  200  200  200  200  404';
// What is in a file is for those who read rows, and for who sent it.
const uploaded = '   404  404  200  404  200  200  403  403  404';
const inUpload = (rest: string): Row => ({ ...ofUpload(rest), answers: uploaded });
const ofUpload = (rest: string): Row => ({
  answers: uploads,
  path: (scene) => `/api/v1/upload/${scene.upload}${rest}`,
});
const ofDataset = (answers: string, rest: string): Row => ({
  answers,
  path: (scene) => `/api/v1/dataset/${scene.dataset}${rest}`,
});
const inProject = (scene: Scene) => `?project_id=${scene.project}&dataset=facts`;

export const datasetRows: Rows = {
  'GET /api/v1/dataset': {
    answers: lists,
    path: (scene) => `/api/v1/dataset?project_id=${scene.project}`,
    sees: '- - x x x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/dataset/schema': { answers: lists },
  'GET /api/v1/dataset/set/:ids': { answers: lists, path: (scene) => `/api/v1/dataset/set/${scene.dataset}` },
  'GET /api/v1/dataset/:id': ofDataset(catalogue, ''),
  'GET /api/v1/dataset/:id/revision/:n': ofDataset(catalogue, '/revision/1'),
  'GET /api/v1/dataset/:id/datapackage.json': ofDataset(tableRows, '/datapackage.json'),
  'GET /api/v1/dataset/:id/revision/:n/datapackage.json': ofDataset(tableRows, '/revision/1/datapackage.json'),
  ...Object.fromEntries(
    ['', '/revision/:n'].flatMap((revision): [string, Row][] => {
      const at = revision.replace(':n', '1');
      return [
        [`GET /api/v1/dataset/:id${revision}/data`, ofDataset(tableRows, `${at}/data`)],
        [`GET /api/v1/dataset/:id${revision}/data.:ext`, ofDataset(tableRows, `${at}/data.csv`)],
        [`GET /api/v1/dataset/:id${revision}/facets`, ofDataset(tableRows, `${at}/facets?fields=name`)],
        [`GET /api/v1/dataset/:id${revision}/statistics`, ofDataset(tableRows, `${at}/statistics`)],
        [`GET /api/v1/dataset/:id${revision}/file`, ofDataset(findings, `${at}/file`)],
      ];
    }),
  ),
  ...Object.fromEntries(
    ['', '.json', '.ndjson', '.csv'].flatMap((format): [string, Row][] => [
      [`GET /api/v1/dataset/:id/revision/:n/issues${format}`, ofDataset(findings, `/revision/1/issues${format}`)],
      [`GET /api/v1/upload/:id/issues${format}`, inUpload(`/issues${format}`)],
    ]),
  ),
  'PATCH /api/v1/dataset/:id': {
    ...ofDataset('401  404  403  403  200  200  200  200  404', ''),
    body: () => ({ title: 'Changed' }),
  },
  'DELETE /api/v1/dataset/:id': ofDataset('401  404  403  403  403  204  204  204  404', ''),
  // It is not deleted, so there is nothing to restore; what matters is that nobody is let further.
  'POST /api/v1/dataset/:id/restore': ofDataset('401  404  404  404  404  404  404  404  404', '/restore'),
  'POST /api/v1/dataset/:id/revision/:n/undo': ofDataset(
    '401  404  403  403  404  404  404  404  404',
    '/revision/9/undo',
  ),
  'POST /api/v1/dataset/:id/revision/:n/restore': ofDataset(
    '401  404  403  403  404  404  404  404  404',
    '/revision/9/restore',
  ),
  'GET /api/v1/revision': {
    answers: lists,
    path: (scene) => `/api/v1/revision?dataset_id=${scene.dataset}`,
    sees: '- - x x x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/revision/schema': { answers: lists },
  'GET /api/v1/revision/:pk': {
    answers: '404  404  404  404  404  404  404  404  403',
    path: () => '/api/v1/revision/nothing',
  },
  'GET /api/v1/revision/set/:ids': { answers: lists, path: () => '/api/v1/revision/set/nothing' },
  'GET /api/v1/upload': {
    answers: '401  200  200  200  200  200  200  200  403',
    path: (scene) => `/api/v1/upload?project_id=${scene.project}`,
    sees: '- - x - x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/upload/schema': { answers: '401  200  200  200  200  200  200  200  403' },
  'GET /api/v1/upload/:id': ofUpload(''),
  'GET /api/v1/upload/:id/file': inUpload('/file'),
  // Every row was good: nobody finds a quarantine, and who may not see the upload is told nothing else.
  'GET /api/v1/upload/:id/quarantine': {
    ...ofUpload('/quarantine'),
    answers: '404  404  404  404  404  404  403  403  404',
  },
  'GET /api/v1/upload/:id/issues/summary': ofUpload('/issues/summary'),
  'GET /api/v1/upload/set/:ids': {
    answers: '401  200  200  200  200  200  200  200  403',
    path: (scene) => `/api/v1/upload/set/${scene.upload}`,
  },
  'POST /api/v1/upload': push(),
  'PUT /api/v1/upload': push(),
  'POST /api/v1/upload/records': pushRecords(),
  'PUT /api/v1/upload/records': pushRecords(),
  'POST /api/v1/upload/:id/acknowledgement': {
    ...ofUpload('/acknowledgement'),
    answers: '401  400  400  400  400  400  400  400  400',
    body: () => ({}),
  },
  'DELETE /api/v1/upload/:id/acknowledgement/:entry': {
    ...ofUpload('/acknowledgement/1'),
    answers: '401  404  404  404  404  404  404  404  404',
  },
  ...Object.fromEntries(
    [
      'POST /api/v1/upload/:id/check',
      'POST /api/v1/upload/:id/confirm',
      'POST /api/v1/upload/:id/drop',
      'DELETE /api/v1/upload/:id',
    ].map((key): [string, Row] => [
      key,
      { ...ofUpload(key.split(':id')[1]!), answers: '401  404  404  404  404  404  404  404  404' },
    ]),
  ),
  'GET /api/v1/project/:id/data.zip': {
    answers: '401  404  200  403  200  200  403  403  403',
    path: (scene) => `/api/v1/project/${scene.project}/data.zip`,
  },
  'POST /api/v1/download_token': { answers: '401  400  400  400  400  400  400  400  400', body: () => ({}) },
  ...Object.fromEntries(
    ['', '/compat/seedcase'].flatMap((mount): [string, Row][] => [
      ...['/api/raw_data_file_upload', '/api/post_raw_data'].flatMap((path): [string, Row][] => [
        [`POST ${mount}${path}`, seedcasePush()],
        [`PUT ${mount}${path}`, seedcasePush()],
      ]),
      [`POST ${mount}/data/raw/file`, seedcasePush()],
      [`POST ${mount}/data/raw`, seedcasePush()],
      [`GET ${mount}/api/download_file`, seedcaseRead(`${mount}/api/download_file`)],
      [`GET ${mount}/api/download_file.:ext`, seedcaseRead(`${mount}/api/download_file.csv`)],
      [`GET ${mount}/api/get_data`, seedcaseRead(`${mount}/api/get_data`)],
    ]),
  ),
};

/** 201: received and stored; its run comes later. Administrators may add, without reading what is there. */
function push(): Row {
  return {
    answers: '401  404  403  201  201  201  201  201  403',
    path: (scene) => `/api/v1/upload?project_id=${scene.project}&filename=a.csv`,
    headers: { 'content-type': 'text/csv', prefer: 'respond-async' },
    body: () => 'id\n1\n',
  };
}

function pushRecords(): Row {
  return {
    answers: '401  404  403  201  201  201  201  201  403',
    path: (scene) => `/api/v1/upload/records?project_id=${scene.project}&dataset=pushed`,
    headers: { prefer: 'respond-async' },
    body: () => [{ id: 1 }],
  };
}

/** No project is named: the credential is looked at before that, and nothing else. */
function seedcasePush(): Row {
  return {
    answers: '401  400  400  400  400  400  400  400  400',
    headers: { 'content-type': 'text/csv' },
    body: () => 'id\n1\n',
  };
}

function seedcaseRead(path: string): Row {
  return {
    answers: '401  400  200  403  200  200  403  403  403',
    path: (scene) => `${path}${inProject(scene)}`,
  };
}
