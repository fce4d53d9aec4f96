export { connectionResource } from './connection.resource.ts';
export type { Cursor } from './connector.ts';
export { connectionNotFound } from './errors.ts';
export { type KeptRows, keepRows } from './keep-rows.ts';
export { queryNamed } from './read-source.ts';
export { connectionRoutes } from './routes.ts';
export { type Connection, findConnection, findConnectionByName, usableByMembers, usableWith } from './store.ts';
