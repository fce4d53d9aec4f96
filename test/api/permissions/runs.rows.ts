import type { Rows } from './row.ts';

//                    anon USER view cont edit own  ADM  SUP  narrowed
const readers = '     401  404  200  404  200  200  200  200  404';
// The narrowed token lacks the right everywhere: the resource says so before it looks for a row.
const listers = '     401  200  200  200  200  200  200  200  403';

export const runRows: Rows = {
  'GET /api/v1/run': {
    answers: listers,
    path: (scene) => `/api/v1/run?id=${scene.run}`,
    sees: '- - x - x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/run/:pk': {
    answers: '401 404 200 404 200 200 200 200 403',
    path: (scene) => `/api/v1/run/${scene.run}`,
  },
  'GET /api/v1/run/set/:ids': {
    answers: listers,
    path: (scene) => `/api/v1/run/set/${scene.run}`,
    sees: '- - x - x x x x -',
    find: (answer) => answer.body.objects?.length === 1,
  },
  'GET /api/v1/run/schema': { answers: listers },
  'GET /api/v1/run/:id/log': { answers: readers, path: (scene) => `/api/v1/run/${scene.run}/log` },
  'GET /api/v1/run/:id/events': { answers: readers, path: (scene) => `/api/v1/run/${scene.endedRun}/events` },
  'POST /api/v1/run/:id/cancel': {
    answers: '401 404 403 404 202 202 202 202 404',
    path: (scene) => `/api/v1/run/${scene.run}/cancel`,
  },
  'POST /api/v1/run/:id/retry': {
    answers: '401 404 403 404 202 202 202 202 404',
    path: (scene) => `/api/v1/run/${scene.endedRun}/retry`,
  },
};
