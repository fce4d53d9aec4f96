import { DuckDBInstance } from '@duckdb/node-api';
import { vegaFile } from './vega-file.ts';

export interface DirtyFlights {
  rows: number;
  faults: number;
}

/**
 * Three million flights (US Department of Transportation, as vega-datasets ships them) as one CSV with a bad cell in
 * one row of a hundred.
 */
export async function dirtyFlights(file: string): Promise<DirtyFlights> {
  const source = vegaFile('flights-3m.parquet');
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '512MB' });
  const connection = await instance.connect();
  try {
    await connection.run(`copy (
      with numbered as (select *, row_number() over () as n, (row_number() over () // 100) % 4 as kind, row_number() over () % 100 = 0 as bad
                        from read_parquet('${source}'))
      select case when bad and kind = 1 then '2001-02-30 10:00:00' else strftime(date, '%Y-%m-%d %H:%M:%S') end as departed_at,
             case when bad and kind = 0 then 'cancelled' else delay::varchar end as delay,
             case when bad and kind = 2 then '-' || distance else distance::varchar end as distance,
             case when bad and kind = 3 then null else origin end as origin, destination
      from numbered order by n) to '${file.replaceAll("'", "''")}' (format csv, header)`);
    const reader = await connection.runAndReadAll(`select count(*)::integer as n from read_parquet('${source}')`);
    const rows = reader.getRowObjects()[0]!.n as number;
    return { rows, faults: Math.floor(rows / 100) };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
