import type { Scene } from './cast.ts';
import type { Rows } from './row.ts';

//                     anon USER view cont edit own  ADM  SUP  narrowed
const readers = '      401  404  200  403  200  200  403  403  404';
// What the catalogue tells.
const catalogue = '    401  404  200  200  200  200  200  200  404';
const seedcase = '     401  400  200  403  200  200  403  403  403';

const dataset =
  (name: string) =>
  ({ dataset: id }: Scene): string =>
    `/api/v1/dataset/${id}/${name}`;
const download =
  (path: string) =>
  ({ project }: Scene): string =>
    `${path}?project_id=${project}`;

export const exportRows: Rows = {
  'GET /api/v1/dataset/:id/data': { answers: readers, path: dataset('data') },
  'GET /api/v1/dataset/:id/data.:ext': { answers: readers, path: dataset('data.csv') },
  'GET /api/v1/dataset/:id/facets': { answers: readers, path: dataset('facets') },
  'GET /api/v1/dataset/:id/statistics': { answers: readers, path: dataset('statistics') },
  'GET /api/v1/dataset/:id/datapackage.json': { answers: catalogue, path: dataset('datapackage.json') },
  'GET /api/v1/dataset/:id/revision/:n/data': { answers: readers, path: dataset('revision/1/data') },
  'GET /api/v1/dataset/:id/revision/:n/data.:ext': { answers: readers, path: dataset('revision/1/data.zip') },
  'GET /api/v1/dataset/:id/revision/:n/facets': { answers: readers, path: dataset('revision/1/facets') },
  'GET /api/v1/dataset/:id/revision/:n/statistics': { answers: readers, path: dataset('revision/1/statistics') },
  'GET /api/v1/dataset/:id/revision/:n/datapackage.json': {
    answers: catalogue,
    path: dataset('revision/1/datapackage.json'),
  },
  'GET /api/v1/project/:id/data.zip': {
    answers: '401 404 200 403 200 200 403 403 403',
    path: ({ project }) => `/api/v1/project/${project}/data.zip`,
  },
  'POST /api/v1/download_token': {
    answers: '401 201 201 201 201 201 201 201 201',
    body: ({ dataset: id }) => ({ path: `/api/v1/dataset/${id}/data.csv` }),
  },
  'GET /api/download_file': { answers: seedcase, path: download('/api/download_file') },
  'GET /api/download_file.:ext': { answers: seedcase, path: download('/api/download_file.csv') },
  'GET /api/get_data': { answers: seedcase, path: download('/api/get_data') },
  'GET /compat/seedcase/api/download_file': { answers: seedcase, path: download('/compat/seedcase/api/download_file') },
  'GET /compat/seedcase/api/download_file.:ext': {
    answers: seedcase,
    path: download('/compat/seedcase/api/download_file.json'),
  },
  'GET /compat/seedcase/api/get_data': { answers: seedcase, path: download('/compat/seedcase/api/get_data') },
};
