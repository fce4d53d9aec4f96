import type { Answer } from '../../support/actor.ts';
import type { Scene } from './cast.ts';
import type { Row, Rows } from './row.ts';

//                    anon USER view cont edit own  ADM  SUP  narrowed
const listers = '     401  200  200  200  200  200  200  200  403';
/** Managers of the project, and administrators; to everybody else it is not there. */
const may = (status: number) => `401 404 404 404 404 ${status} ${status} ${status} 403`;
const onlyManagersSee: Pick<Row, 'sees' | 'find'> = {
  sees: '- - - - - x x x -',
  find: (answer: Answer) => answer.body.objects?.length > 0,
};
const one = (scene: Scene) => `/api/v1/webhook/${scene.webhook}`;
const sent = (scene: Scene) => ({
  project_id: scene.project,
  url: 'https://example.org/hook',
  events: ['flow.finish'],
  secret: 'sixteen characters',
});

export const webhookRows: Rows = {
  'GET /api/v1/webhook': { answers: listers, ...onlyManagersSee, path: (s) => `/api/v1/webhook?id=${s.webhook}` },
  'GET /api/v1/webhook/:pk': { answers: may(200), path: one },
  'GET /api/v1/webhook/set/:ids': {
    answers: listers,
    ...onlyManagersSee,
    path: (scene) => `/api/v1/webhook/set/${scene.webhook}`,
  },
  'GET /api/v1/webhook/schema': { answers: listers },
  // A project one does not see cannot be referred to; one sees but does not manage, 403.
  'POST /api/v1/webhook': { answers: '401 400 403 403 403 201 201 201 403', body: sent },
  'PUT /api/v1/webhook': {
    answers: may(200),
    body: (scene) => ({ objects: [{ ...sent(scene), id: scene.webhook }] }),
  },
  'PUT /api/v1/webhook/:pk': { answers: may(200), path: one, body: sent },
  'PATCH /api/v1/webhook': {
    answers: may(202),
    body: (scene) => ({ objects: [{ id: scene.webhook, is_active: false }] }),
  },
  'PATCH /api/v1/webhook/:pk': { answers: may(202), path: one, body: () => ({ is_active: false }) },
  'DELETE /api/v1/webhook': { answers: may(204), path: (scene) => `/api/v1/webhook?id=${scene.webhook}` },
  'DELETE /api/v1/webhook/:pk': { answers: may(204), path: one },
  'POST /api/v1/webhook/:id/ping': {
    answers: '401 404 404 404 404 202 202 202 404',
    path: (scene) => `${one(scene)}/ping`,
  },
  'GET /api/v1/webhook_delivery': {
    answers: listers,
    ...onlyManagersSee,
    path: (scene) => `/api/v1/webhook_delivery?webhook_id=${scene.webhook}`,
  },
  'GET /api/v1/webhook_delivery/:pk': {
    answers: may(200),
    path: (scene) => `/api/v1/webhook_delivery/${scene.delivery}`,
  },
  'GET /api/v1/webhook_delivery/set/:ids': {
    answers: listers,
    ...onlyManagersSee,
    path: (scene) => `/api/v1/webhook_delivery/set/${scene.delivery}`,
  },
  'GET /api/v1/webhook_delivery/schema': { answers: listers },
  'POST /api/v1/webhook_delivery/:id/resend': {
    answers: '401 404 404 404 404 202 202 202 404',
    path: (scene) => `/api/v1/webhook_delivery/${scene.delivery}/resend`,
  },
};
