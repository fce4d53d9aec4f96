export { pullActions } from './actions.ts';
export { pullResource, pullResultResource } from './pull.resource.ts';
export { pullRows } from './pull-rows.ts';
export { pullRoutes } from './routes.ts';
