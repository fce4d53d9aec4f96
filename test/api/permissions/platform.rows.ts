import type { Rows } from './row.ts';

export const platformRows: Rows = {
  'GET /livez': { answers: '200' },
  'GET /readyz': { answers: '200' },
  'GET /metrics': { answers: '200' },
  'GET /openapi.json': { answers: '200' },
  'GET /docs': { answers: '302' },
  'GET /docs/*': { answers: '404', path: () => '/docs/nothing' },
  'GET /api/v1': { answers: '200' },
};
