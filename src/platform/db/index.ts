export { type ConnectOptions, connectPool } from './connect.ts';
export { type Db, openDb, type Queryable, type Tx } from './db.ts';
export { databaseName, dropAll } from './drop-all.ts';
export { forLargeWork, withoutTimeLimit } from './large-work.ts';
export { listen, type Subscriber, type Subscription, stopListening } from './listen.ts';
export { migrate, pendingMigrations } from './migrate.ts';
export { compileSql, ident, join, prepared, raw, type Sql, sql } from './sql.ts';
export { unlessDry } from './unless-dry.ts';
