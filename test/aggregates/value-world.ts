import { sql } from '../../src/platform/db/index.ts';
import { type Ids, makeTree, must, type Someone, someone } from '../locations/places-world.ts';
import { startWorld, type World } from '../support/world.ts';

/** Country K, provinces P (a, b) and Q (c, d), clinic x at a; two campaigns; and words to speak of values in tests. */
export interface ValueWorld {
  world: World;
  admin: Someone;
  ids: Ids;
  may: number;
  june: number;
  indicator(short_name: string, data_format: string, more?: object): Promise<number>;
  /** `{NUMERATOR: [1], DENOMINATOR: [2]}`. */
  formula(indicator: number, roles: Record<string, number[]>): Promise<void>;
  enter(indicator: number, values: Record<string, number | null>, period?: number | string): Promise<void>;
  /** As a document would have left it: the aggregates are refreshed too. */
  document(rows: DocumentRow[]): Promise<void>;
  codeOf(id: number): string;
  /** `K 230, P 150`: place and value of each row. */
  shown(path: string, actor?: Someone): Promise<string>;
}

export interface DocumentRow {
  indicator: number;
  code: string;
  campaign: number;
  value: number;
  raw?: string;
  row?: number;
  column?: string;
  document?: number;
  at?: string;
}

export async function valueWorld(settings: Record<string, string> = {}): Promise<ValueWorld> {
  const world = await startWorld(settings);
  const { db } = world.context;
  const admin = await someone(world, 'ADMIN');
  const { ids } = await makeTree(admin);
  const create = async (resource: string, body: object): Promise<number> =>
    (await must(admin.post(`/api/v1/${resource}/`, body), 201)).id;
  const type = await create('campaign_type', { name: 'round' });
  const campaign = (name: string, start_date: string) =>
    create('campaign', { name, campaign_type_id: type, start_date, end_date: start_date });
  const may = await campaign('may', '2020-05-01');
  const june = await campaign('june', '2020-06-01');
  const codeOf = (id: number) => Object.keys(ids).find((code) => ids[code] === id) ?? '?';
  return {
    world,
    admin,
    ids,
    may,
    june,
    codeOf,
    indicator: (short_name, data_format, more = {}) =>
      create('indicator', { name: short_name, short_name, data_format, ...more }),
    formula: async (indicator_id, roles) => {
      for (const [calculation, components] of Object.entries(roles)) {
        for (const indicator_component_id of components) {
          await create('indicator_calculation', { indicator_id, indicator_component_id, calculation });
        }
      }
    },
    enter: async (indicator_id, values, period = may) => {
      for (const [code, value] of Object.entries(values)) {
        const cell = { indicator_id, location_id: ids[code], value };
        if (typeof period === 'number') await create('campaign_datapoint', { ...cell, campaign_id: period });
        else await create('date_datapoint', { ...cell, data_date: period });
      }
    },
    document: async (rows) => {
      for (const one of rows) {
        await db.exec(sql`insert into datapoint (indicator_id, location_id, campaign_id, value, origin, ranked_at, dataset_id,
            revision, document_id, source_row, source_column, raw)
          values (${one.indicator}, ${ids[one.code]}, ${one.campaign}, ${one.value}, 'document', ${one.at ?? '2020-02-01T00:00:00Z'}::timestamptz,
            '00000000-0000-7000-8000-000000000001', ${one.document ?? 44}, ${one.document ?? 44}, ${one.row ?? 2}, ${one.column ?? null}, ${one.raw ?? null})`);
        await db.exec(sql`insert into aggregate_request (kind, indicator_id, location_id, campaign_id)
          values ('campaign', ${one.indicator}, ${ids[one.code]}, ${one.campaign})`);
      }
      await db.exec(
        sql`select graphile_worker.add_job('refresh-aggregates', '{}'::json, job_key => 'refresh-aggregates')`,
      );
      await world.runJobs();
    },
    shown: async (path, actor = admin) => {
      const { objects } = await must(actor.get(path), 200);
      return objects
        .map((one: { location_id: number; value: unknown }) => `${codeOf(one.location_id)} ${one.value}`)
        .join(', ');
    },
  };
}
