import type pg from 'pg';
import { compileSql, type Sql } from './sql.ts';

/** What a connection and a transaction have in common. Row types are what the statement's aliases say. */
export interface Queryable {
  many<Row>(query: Sql): Promise<Row[]>;
  maybe<Row>(query: Sql): Promise<Row | undefined>;
  /** Throws when the statement gives no row: that is a bug, not a refusal. */
  one<Row>(query: Sql): Promise<Row>;
  /** Number of rows written. */
  exec(query: Sql): Promise<number>;
}

export interface Tx extends Queryable {
  /** For COPY, cursors and LISTEN only; inside the transaction. */
  readonly client: pg.PoolClient;
}

export interface Db extends Queryable {
  readonly pool: pg.Pool;
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export function openDb(pool: pg.Pool): Db {
  return { ...queryable(pool), pool, transaction: (work) => transaction(pool, work) };
}

async function transaction<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work({ ...queryable(client), client });
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failed: Error) => {
      broken = failed;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function queryable(target: pg.Pool | pg.PoolClient): Queryable {
  const many = async <Row>(query: Sql): Promise<Row[]> => (await target.query(compileSql(query))).rows as Row[];
  return {
    many,
    maybe: async <Row>(query: Sql) => (await many<Row>(query))[0],
    one: async <Row>(query: Sql) => {
      const [row] = await many<Row>(query);
      if (row === undefined) throw new Error('statement gave no row');
      return row;
    },
    exec: async (query) => (await target.query(compileSql(query))).rowCount ?? 0,
  };
}
