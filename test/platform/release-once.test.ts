import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { releasingOnce } from '../../src/platform/jobs/release-once.ts';
import { databaseUrl } from '../support/start-database.ts';

test('a client given back twice is given back once', async () => {
  const pool = new pg.Pool({ connectionString: databaseUrl(inject('databaseUrl'), 'postgres') });
  const twice = (from: pg.Pool) =>
    new Promise<unknown>((resolve) => {
      from.connect((_error, _client, release) => {
        release();
        try {
          resolve(release());
        } catch (error) {
          resolve(error);
        }
      });
    });
  expect(String(await twice(pool)), 'what graphile-worker would meet').toContain('already been released');
  expect(await twice(releasingOnce(pool))).toBeUndefined();
  const { rows } = await releasingOnce(pool).query('select 1 as one');
  expect(rows).toEqual([{ one: 1 }]);
  await pool.end();
});
