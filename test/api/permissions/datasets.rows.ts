import type { Scene } from './cast.ts';
import type { Row, Rows } from './row.ts';

//                   anon USER view cont edit own  ADM  SUP  narrowed
const catalogue = '  404  404  200  200  200  200  200  200  404';
const tableRows = '  404  404  200  403  200  200  403  403  404';
const uploads = '    404  404  200  404  200  200  200  200  404';
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
    answers: '200',
    path: (scene) => `/api/v1/dataset?project_id=${scene.project}`,
    sees: '- - x x x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/dataset/schema': { answers: '200' },
  'GET /api/v1/dataset/:id': ofDataset(catalogue, ''),
  'GET /api/v1/dataset/:id/revision/:n': ofDataset(catalogue, '/revision/1'),
  'GET /api/v1/dataset/:id/datapackage.json': ofDataset(catalogue, '/datapackage.json'),
  'GET /api/v1/dataset/:id/revision/:n/datapackage.json': ofDataset(catalogue, '/revision/1/datapackage.json'),
  ...Object.fromEntries(
    ['', '/revision/:n'].flatMap((revision): [string, Row][] => {
      const at = revision.replace(':n', '1');
      return [
        [`GET /api/v1/dataset/:id${revision}/data`, ofDataset(tableRows, `${at}/data`)],
        [`GET /api/v1/dataset/:id${revision}/data.:ext`, ofDataset(tableRows, `${at}/data.csv`)],
        [`GET /api/v1/dataset/:id${revision}/facets`, ofDataset(tableRows, `${at}/facets?facets=name`)],
        [`GET /api/v1/dataset/:id${revision}/statistics`, ofDataset(tableRows, `${at}/statistics`)],
        [`GET /api/v1/dataset/:id${revision}/file`, ofDataset(tableRows, `${at}/file`)],
      ];
    }),
  ),
  ...Object.fromEntries(
    ['', '.json', '.ndjson', '.csv'].flatMap((format): [string, Row][] => [
      [`GET /api/v1/dataset/:id/revision/:n/issues${format}`, ofDataset(tableRows, `/revision/1/issues${format}`)],
      [`GET /api/v1/upload/:id/issues${format}`, ofUpload(`/issues${format}`)],
    ]),
  ),
  'PATCH /api/v1/dataset/:id': {
    ...ofDataset('401  404  403  403  200  200  200  200  404', ''),
    body: () => ({ title: 'Changed' }),
  },
  'DELETE /api/v1/dataset/:id': ofDataset('401  404  403  403  403  204  204  204  404', ''),
  'POST /api/v1/dataset/:id/restore': ofDataset('401  404  403  403  403  200  200  200  404', '/restore'),
  'POST /api/v1/dataset/:id/revision/:n/undo': ofDataset(
    '401  404  403  403  404  404  404  404  404',
    '/revision/9/undo',
  ),
  'POST /api/v1/dataset/:id/revision/:n/restore': ofDataset(
    '401  404  403  403  404  404  404  404  404',
    '/revision/9/restore',
  ),
  'GET /api/v1/revision': {
    answers: '200',
    path: (scene) => `/api/v1/revision?dataset_id=${scene.dataset}`,
    sees: '- - x x x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/revision/schema': { answers: '200' },
  'GET /api/v1/upload': {
    answers: '401  200  200  200  200  200  200  200  403',
    path: (scene) => `/api/v1/upload?project_id=${scene.project}`,
    sees: '- - x - x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/upload/schema': { answers: '401  200  200  200  200  200  200  200  403' },
  'GET /api/v1/upload/:id': ofUpload(''),
  'GET /api/v1/upload/:id/file': ofUpload('/file'),
  'GET /api/v1/upload/:id/quarantine': ofUpload('/quarantine'),
  'GET /api/v1/upload/:id/issues/summary': ofUpload('/issues/summary'),
  'GET /api/get_data': {
    answers: '401  400  200  403  200  200  403  403  400',
    path: (scene) => `/api/get_data${inProject(scene)}`,
  },
};
