import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import { enforceDemands } from './access/demand.ts';
import { projectRoutes } from './projects/routes.ts';
import { limitRates } from './rate-limit.ts';
import { authenticate } from './sessions/authenticate.ts';
import { sessionRoutes } from './sessions/routes.ts';

/** Must come before every other module's routes: who is asking is settled before anything looks at a request. */
export function accountHooks(app: App, context: Context): void {
  authenticate(app, context);
  limitRates(app, context);
  enforceDemands(app, context);
}

export function accountRoutes(app: App, context: Context): void {
  sessionRoutes(app, context);
  projectRoutes(app, context);
}
