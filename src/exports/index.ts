export { exportRoutes } from './routes.ts';
export { seedcaseOutputRoutes } from './seedcase.dialect.ts';
