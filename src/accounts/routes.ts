import type { Context } from '../platform/context.ts';
import type { App } from '../platform/http/index.ts';
import type { ResourceDeclaration } from '../resource/index.ts';
import { enforceDemands } from './access/demand.ts';
import { auditResource } from './audit/audit.resource.ts';
import { clientRoutes } from './clients/routes.ts';
import { dmptoolSignIn } from './dmptool/sign-in.dialect.ts';
import { flowAuth } from './flow-auth/flow-auth.dialect.ts';
import { oidcRoutes } from './oidc/routes.ts';
import { projectMemberResource, projectResource } from './projects/project.resource.ts';
import { projectRoutes } from './projects/routes.ts';
import { limitRates, rateLimitRoutes } from './rate-limit.ts';
import { authenticate } from './sessions/authenticate.ts';
import { sessionRoutes } from './sessions/routes.ts';
import { tokenRoutes } from './tokens/routes.ts';
import { groupResource, userGroupResource } from './users/group.resource.ts';
import { userRoutes } from './users/routes.ts';
import { userResource } from './users/user.resource.ts';

/** Must come before every other module's routes: who is asking is settled before anything looks at a request. */
export function accountHooks(app: App, context: Context): void {
  authenticate(app, context);
  limitRates(app, context);
  enforceDemands(app, context);
}

export async function accountRoutes(app: App, context: Context): Promise<void> {
  sessionRoutes(app, context);
  userRoutes(app, context);
  projectRoutes(app, context);
  tokenRoutes(app, context);
  clientRoutes(app, context);
  rateLimitRoutes(app, context);
  flowAuth(app, context);
  oidcRoutes(app, context);
  await dmptoolSignIn(app, context);
}

/** What other modules' declarations may refer to. */
export function accountResources(context: Context): ResourceDeclaration[] {
  return [
    projectResource(context),
    projectMemberResource,
    userResource,
    groupResource,
    userGroupResource,
    auditResource(context),
  ];
}
