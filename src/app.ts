import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { accessUnlessRefused, accountHooks, accountResources, accountRoutes, checkVerb } from './accounts/index.ts';
import { valueActions, valueResources, valueRoutes } from './aggregates/index.ts';
import { campaignResources } from './campaigns/index.ts';
import { connectModules } from './connect-modules.ts';
import { connectionResource, connectionRoutes } from './connections/index.ts';
import { dashboardResources } from './dashboards/index.ts';
import {
  datasetResource,
  datasetRoutes,
  lineageRoutes,
  revisionResource,
  revisionRoutes,
  uploadResource,
  uploadRoutes,
} from './datasets/index.ts';
import { documentActions, documentResources, documentRoutes } from './documents/index.ts';
import { exportRoutes, seedcaseOutputRoutes } from './exports/index.ts';
import { packageRoutes, sourceRoutes, webhookDeliveryResource, webhookResource, webhookRoutes } from './flows/index.ts';
import { indicatorResources } from './indicators/index.ts';
import { checkDatasetChange, ingestRoutes, seedcaseInputRoutes } from './ingest/index.ts';
import { locationResources, locationRoutes, topLocation } from './locations/index.ts';
import { recordAudit } from './platform/audit/index.ts';
import type { Context } from './platform/context.ts';
import { healthRoutes } from './platform/health.ts';
import { type App, createHttp, serveWeb } from './platform/http/index.ts';
import { packageFolder } from './platform/package-folder.ts';
import { pullActions, pullResource, pullResultResource, pullRoutes } from './pulls/index.ts';
import {
  type ActionDeclaration,
  createResources,
  type ResourceDeclaration,
  type ResourceDeps,
  registerResources,
} from './resource/index.ts';
import { actionRuns, runResource, runRoutes } from './runs/index.ts';
import { docsRoutes } from './serve-docs.ts';
import { version } from './version.ts';
import { runHandlers } from './worker.ts';

/** What a module adds to the server. Order matters only where a hook must come before routes. */
type RegisterRoutes = (app: App, context: Context) => void | Promise<void>;

/** Every module's routes, one list. */
const modules: RegisterRoutes[] = [
  accountHooks,
  accountRoutes,
  runRoutes,
  locationRoutes,
  valueRoutes,
  (app, context) => datasetRoutes(app, context, checkDatasetChange),
  revisionRoutes,
  lineageRoutes,
  uploadRoutes,
  connectionRoutes,
  ingestRoutes,
  seedcaseInputRoutes,
  pullRoutes,
  documentRoutes,
  sourceRoutes,
  packageRoutes,
  exportRoutes,
  seedcaseOutputRoutes,
  webhookRoutes,
];

/** Every module's resources, one list: they may refer to each other. */
const resourcesOf = (context: Context): ResourceDeclaration[] => [
  ...accountResources(context),
  runResource,
  ...locationResources(context),
  ...indicatorResources(context),
  ...campaignResources(context),
  ...valueResources(context),
  ...dashboardResources,
  datasetResource,
  revisionResource,
  uploadResource,
  connectionResource(context),
  pullResource,
  pullResultResource,
  ...documentResources(context),
  webhookResource(context),
  webhookDeliveryResource,
];

/** Every module's actions, one list. */
const actionsOf = (context: Context): ActionDeclaration[] => [
  ...valueActions,
  ...documentActions,
  ...pullActions(context),
];

const webFolder = path.join(packageFolder, 'web', 'dist');
/** The whole server over one context; not listening yet. */
export async function createApp(context: Context): Promise<App> {
  const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
  const preflight = { methods, optionsSuccessStatus: 200 };
  const open = { ...preflight, origin: '*', credentials: false };
  const listed = {
    ...preflight,
    origin: [...context.config.corsOrigins, ...context.config.legacyUiOrigins],
    credentials: true,
    maxAge: 600,
  };
  const echoed = { ...preflight, origin: true, credentials: true, strictPreflight: false };
  const app = await createHttp(context, {
    version,
    cors: {
      '': listed,
      '/source/': echoed,
      '/package/': echoed,
      '/d/': echoed,
      '/auth/check': echoed,
      '/auth/authorize': echoed,
      '/auth/public-key': echoed,
      '/login': open,
      '/logout': open,
      '/refresh': open,
      '/changepassword': open,
      '/dmps': open,
      '/tasks': open,
      '/resources': open,
      '/compat/dmptool': open,
    },
  });
  connectModules(context);
  healthRoutes(app, context);
  const deps: ResourceDeps = {
    db: context.db,
    cursorKey: context.secretFor('cursors'),
    accessOf: accessUnlessRefused,
    workFolder: path.join(context.config.dataDir, 'work'),
    topLocation,
    actions: actionRuns(
      context,
      runHandlers.map((entry) => entry.kind),
    ),
    getActions: context.config.getActions,
    hasHeaderCredential: (request) => request.auth.kind !== 'cookie',
    audit: recordAudit,
    demandVerb: (request, verb) => checkVerb(request.auth, verb),
  };
  const resources = createResources(resourcesOf(context), deps, actionsOf(context));
  app.decorate('resources', resources);
  for (const register of modules) await register(app, context);
  await registerResources(app as unknown as FastifyInstance, resources);
  docsRoutes(app);
  await serveWeb(app, webFolder);
  await app.ready();
  return app;
}
