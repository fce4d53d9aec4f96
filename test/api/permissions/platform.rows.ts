import type { Rows } from './row.ts';

export const platformRows: Rows = {
  'GET /': { answers: '302' },
  // Not built in tests; what matters is that nobody needs to sign in to see the sign-in page.
  'GET /app/*': { answers: '503', path: () => '/app/x' },
  'GET /livez': { answers: '200' },
  'GET /readyz': { answers: '200' },
  'GET /metrics': { answers: '200' },
  'GET /openapi.json': { answers: '200' },
  'GET /docs': { answers: '302' },
  'GET /docs/*': { answers: '404', path: () => '/docs/nothing' },
  'GET /api/v1': { answers: '200' },
};
