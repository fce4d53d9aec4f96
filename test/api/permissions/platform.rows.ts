import { existsSync } from 'node:fs';
import type { Rows } from './row.ts';

// Whether it is built or not, nobody needs to sign in to see the sign-in page.
const webApp = existsSync('web/dist/index.html') ? '200' : '503';

export const platformRows: Rows = {
  'GET /': { answers: '302' },
  'GET /app': { answers: webApp },
  'GET /app/*': { answers: webApp, path: () => '/app/x' },
  'GET /livez': { answers: '200' },
  'GET /readyz': { answers: '200' },
  'GET /metrics': { answers: '200' },
  'GET /openapi.json': { answers: '200' },
  'GET /docs': { answers: '302' },
  'GET /docs/*': { answers: '404', path: () => '/docs/nothing' },
  'GET /api/v1': { answers: '200' },
};
