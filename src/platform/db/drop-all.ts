import type pg from 'pg';

/** Everything of ours in this database: tables, functions, views, and the queue. The database itself stays. */
export async function dropAll(pool: pg.Pool): Promise<void> {
  await pool.query(
    'drop schema if exists graphile_worker cascade; drop schema public cascade; create schema public; grant usage on schema public to public',
  );
}

export async function databaseName(pool: pg.Pool): Promise<string> {
  return (await pool.query<{ name: string }>('select current_database() as name')).rows[0]!.name;
}
