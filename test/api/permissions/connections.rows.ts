import type { Answer } from '../../support/actor.ts';
import type { Scene } from './cast.ts';
import type { Row, Rows } from './row.ts';

//                    anon USER view cont edit own  ADM  SUP  narrowed
const listers = '     401  200  200  200  200  200  200  200  403';
/** Managers of the project, and administrators; to everybody else it is not there, also where they may use it. */
const may = (status: number) => `401 404 404 404 404 ${status} ${status} ${status} 403`;
/** Routes of our own: a token without the right sees nothing. */
const tries = (status: number) => `401 404 404 404 404 ${status} ${status} ${status} 404`;
const onlyManagersSee: Pick<Row, 'sees' | 'find'> = {
  sees: '- - - - - x x x -',
  find: (answer: Answer) => answer.body.objects?.length > 0,
};
const one = (scene: Scene) => `/api/v1/connection/${scene.connection}`;
const sent = (scene: Scene, name = 'sent') => ({
  project_id: scene.project,
  name,
  type: 'http-json',
  config: { url: 'http://127.0.0.1:1/' },
});

const onePull = (scene: Scene) => `/api/v1/pull/${scene.pull}`;
const pulled = (scene: Scene) => ({
  project_id: scene.project,
  name: 'sent',
  connection: 'lab',
  query: 'all',
  dataset: 'sent',
});
/** Whoever brings data in sees it; managers change it. */
const mayChangePull = (status: number) => `401 404 404 403 403 ${status} ${status} ${status} 403`;
const membersSee: Pick<Row, 'sees' | 'find'> = {
  sees: '- - - x x x x x -',
  find: (answer: Answer) => answer.body.objects?.length > 0,
};

export const connectionRows: Rows = {
  'GET /api/v1/connection': {
    answers: listers,
    ...onlyManagersSee,
    path: (scene) => `/api/v1/connection?id=${scene.connection}`,
  },
  'GET /api/v1/connection/:pk': { answers: may(200), path: one },
  'GET /api/v1/connection/set/:ids': {
    answers: listers,
    ...onlyManagersSee,
    path: (scene) => `/api/v1/connection/set/${scene.connection}`,
  },
  'GET /api/v1/connection/schema': { answers: listers },
  // A project one does not see cannot be referred to; one sees but does not manage, 403.
  'POST /api/v1/connection': { answers: '401 400 403 403 403 201 201 201 403', body: (scene) => sent(scene) },
  'PUT /api/v1/connection': {
    answers: may(200),
    body: (scene) => ({ objects: [{ ...sent(scene), id: scene.connection }] }),
  },
  'PUT /api/v1/connection/:pk': { answers: may(200), path: one, body: (scene) => sent(scene) },
  'PATCH /api/v1/connection': {
    answers: may(202),
    body: (scene) => ({ objects: [{ id: scene.connection, title: 'x' }] }),
  },
  'PATCH /api/v1/connection/:pk': { answers: may(202), path: one, body: () => ({ title: 'x' }) },
  'DELETE /api/v1/connection': { answers: may(204), path: (scene) => `/api/v1/connection?id=${scene.connection}` },
  'DELETE /api/v1/connection/:pk': { answers: may(204), path: one },
  'POST /api/v1/connection/:id/test': { answers: tries(200), path: (scene) => `${one(scene)}/test` },
  'POST /api/v1/connection/:id/discover': { answers: tries(400), path: (scene) => `${one(scene)}/discover` },
  // Where it leads is closed to the installation.
  'POST /api/v1/connection/:id/preview': {
    answers: '401 404 404 404 404 403 403 403 404',
    path: (scene) => `${one(scene)}/preview`,
    body: () => ({ query: 'all' }),
    sees: '- - - - - x x x -',
    find: (answer) => answer.body.code === 'source_forbidden',
  },

  'GET /api/v1/pull': { answers: listers, ...membersSee, path: (scene) => `/api/v1/pull?id=${scene.pull}` },
  'GET /api/v1/pull/:pk': { answers: '401 404 404 200 200 200 200 200 403', path: onePull },
  'GET /api/v1/pull/set/:ids': { answers: listers, ...membersSee, path: (scene) => `/api/v1/pull/set/${scene.pull}` },
  'GET /api/v1/pull/schema': { answers: listers },
  'POST /api/v1/pull': { answers: '401 404 404 403 403 201 201 201 403', body: (scene) => pulled(scene) },
  'PUT /api/v1/pull': {
    answers: mayChangePull(200),
    body: (scene) => ({ objects: [{ ...pulled(scene), id: scene.pull }] }),
  },
  'PUT /api/v1/pull/:pk': { answers: mayChangePull(200), path: onePull, body: (scene) => pulled(scene) },
  'PATCH /api/v1/pull': {
    answers: mayChangePull(202),
    body: (scene) => ({ objects: [{ id: scene.pull, name: 'x' }] }),
  },
  'PATCH /api/v1/pull/:pk': { answers: mayChangePull(202), path: onePull, body: () => ({ name: 'x' }) },
  'DELETE /api/v1/pull': { answers: mayChangePull(204), path: (scene) => `/api/v1/pull?id=${scene.pull}` },
  'DELETE /api/v1/pull/:pk': { answers: mayChangePull(204), path: onePull },
  'GET /api/v1/pull/:pk/history': {
    answers: '401 404 404 200 200 200 200 200 403',
    path: (scene) => `${onePull(scene)}/history`,
  },
  'GET /api/v1/pull_result': { answers: listers },
  'GET /api/v1/pull_result/:pk': {
    answers: '401 404 404 404 404 404 404 404 403',
    path: () => '/api/v1/pull_result/1',
  },
  'GET /api/v1/pull_result/set/:ids': { answers: listers, path: () => '/api/v1/pull_result/set/1' },
  'GET /api/v1/pull_result/schema': { answers: listers },
  'POST /api/v1/pull/:id/run': {
    answers: '401 404 404 202 202 202 202 202 404',
    path: (scene) => `${onePull(scene)}/run`,
  },
  'POST /api/v1/pull/:id/reset': {
    answers: '401 404 404 404 404 204 204 204 404',
    path: (scene) => `${onePull(scene)}/reset`,
  },
  // Nobody works on it here.
  'GET /api/v1/sync_odk': {
    answers: '401 404 404 202 202 202 202 202 404',
    path: (scene) => `/api/v1/sync_odk?odk_form_id=${scene.pull}`,
    headers: { prefer: 'respond-async' },
  },
  'POST /api/v1/sync_odk': {
    answers: '401 404 404 202 202 202 202 202 404',
    path: (scene) => `/api/v1/sync_odk?odk_form_id=${scene.pull}`,
    headers: { prefer: 'respond-async' },
  },
};
