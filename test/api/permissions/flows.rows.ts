import type { Rows } from './row.ts';

//                    anon USER view cont edit own  ADM  SUP  narrowed
const readers = '     404  404  200  404  200  200  200  200  404';
// Files of private datasets are forbidden to strangers; these have none yet.
const files = '       403  403  404  403  404  404  404  404  403';
const writers = '     404  404  404  404  202  202  202  202  404';

export const flowRows: Rows = {
  'POST /source/upload': {
    answers: '200',
    body: (scene) => emptyFlow(scene.project, 'sent'),
    sees: '- - - - x x x x -',
    find: (answer) => answer.body.success,
  },
  'POST /source/update': {
    answers: '401',
    body: (scene) => ({ pipeline: scene.flow, event: 'finish', success: true }),
  },
  'GET /source': {
    answers: '401 200 200 200 200 200 200 200 200',
    sees: '- - x - x x x x -',
    find: (answer, scene) => answer.body.datasets?.some(({ id }: { id: string }) => id === `${scene.project}/flow`),
  },
  'GET /source/lineage': {
    answers: '401 200 200 200 200 200 200 200 200',
    path: () => `/source/lineage?blob=${'0'.repeat(64)}`,
  },
  'GET /source/:owner/:dataset': { answers: readers, path: (scene) => `/source/${scene.project}/flow` },
  'GET /source/:owner/:dataset/:revision': { answers: readers, path: (scene) => `/source/${scene.flow}` },
  'GET /source/:owner/:dataset/:revision/plan': { answers: readers, path: (scene) => `/source/${scene.flow}/plan` },
  'GET /source/:owner/:dataset/:revision/lineage': {
    answers: readers,
    path: (scene) => `/source/${scene.flow}/lineage`,
  },
  'GET /source/:owner/:dataset/:revision/diff/:other': {
    answers: readers,
    path: (scene) => `/source/${scene.flow}/diff/1`,
  },
  'GET /source/:owner/:dataset/:revision/issues': { answers: readers, path: (scene) => `/source/${scene.flow}/issues` },
  'GET /source/:owner/:dataset/:revision/events': {
    answers: readers,
    path: (scene) => `/source/${scene.endedFlow}/events`,
  },
  'GET /package/:owner/:dataset/datapackage.json': {
    answers: files,
    path: (scene) => `/package/${scene.project}/flow/datapackage.json`,
  },
  'GET /package/:owner/:dataset/:part/datapackage.json': {
    answers: files,
    path: (scene) => `/package/${scene.flow}/datapackage.json`,
  },
  'GET /package/:owner/:dataset/:part/:resource/datapackage.json': {
    answers: files,
    path: (scene) => `/package/${scene.flow}/x_csv/datapackage.json`,
  },
  'GET /package/:owner/:dataset/:part/:resource/:sha256/:file': {
    answers: files,
    path: (scene) => `/package/${scene.project}/flow/x_csv/data/${'0'.repeat(64)}/x_csv.csv`,
  },
  'GET /d/:owner/:dataset/datapackage.json': {
    answers: files,
    path: (scene) => `/d/${scene.project}/flow/datapackage.json`,
  },
  'GET /d/:owner/:dataset/r/:file': { answers: files, path: (scene) => `/d/${scene.project}/flow/r/x.csv` },
  'GET /d/:owner/:dataset/v/:part': {
    answers: '403 403 302 403 302 302 302 302 403',
    path: (scene) => `/d/${scene.project}/flow/v/1`,
  },
  'GET /badge/:owner/:file': { answers: '200', path: (scene) => `/badge/${scene.project}/flow.svg` },
  'GET /dcat.jsonld': { answers: '200' },
  'GET /dcat.ttl': { answers: '200' },
  'POST /source/:owner/:dataset/:revision/cancel': {
    answers: writers,
    path: (scene) => `/source/${scene.flow}/cancel`,
  },
};

/** A private flow of nothing. */
export const emptyFlow = (owner: string, dataset: string) => ({
  meta: { ownerid: owner, dataset, findability: 'private' },
  inputs: [{ kind: 'datapackage', parameters: { descriptor: { name: dataset, resources: [] } } }],
});
