import { afterAll, expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';
import { accountRows } from './permissions/accounts.rows.ts';
import { makeCast, makeScene, type Part, parts, type Scene } from './permissions/cast.ts';
import { connectionRows } from './permissions/connections.rows.ts';
import { datasetRows } from './permissions/datasets.rows.ts';
import { documentRows } from './permissions/documents.rows.ts';
import { exportRows } from './permissions/exports.rows.ts';
import { flowRows } from './permissions/flows.rows.ts';
import { ingestRows } from './permissions/ingest.rows.ts';
import { placeRows } from './permissions/places.rows.ts';
import { platformRows } from './permissions/platform.rows.ts';
import type { Row, Rows } from './permissions/row.ts';
import { runRows } from './permissions/runs.rows.ts';
import { valueRows } from './permissions/values.rows.ts';
import { webhookRows } from './permissions/webhooks.rows.ts';

/** Every module's lines, one list. A route without a line fails below; so does a line without a route. */
const rows: Rows = {
  ...platformRows,
  ...accountRows,
  ...runRows,
  ...datasetRows,
  ...connectionRows,
  ...ingestRows,
  ...flowRows,
  ...exportRows,
  ...placeRows,
  ...valueRows,
  ...documentRows,
  ...webhookRows,
};

// The scenes' flows are there to be looked at, not to be run.
const world = await startWorld({ FLOW_RUNNER: 'external' });
const cast = await makeCast(world);
const reading = new Set(['GET', 'HEAD']);
/** A call that was refused has changed nothing, and if it has, the next one's answer shows it. */
let untouched: Scene | undefined;
const sharedScene = await makeScene(world, cast, { full: true });

// Links and mail that the calls asked for.
afterAll(() => world.runJobs());

const routes = world.app.knownRoutes.filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS');
const keys = [...new Set(routes.map(({ method, url }) => `${method} ${url}`))];

test.each(Object.entries(rows))('%s', async (key, row) => {
  expect(keys, 'the server has no such route').toContain(key);
  const [method, url] = key.split(' ') as [string, string];
  const { actors } = row.ownCast ? await makeCast(world) : cast;
  const answers = columns(row.answers);
  const marks = row.sees === undefined ? undefined : columns(row.sees);
  const got: Record<string, unknown> = {};
  const wanted: Record<string, unknown> = {};
  for (const [index, part] of parts.entries()) {
    const scene = reading.has(method) ? sharedScene : await untouchedScene();
    const answer = await actors[part].send(method, row.path?.(scene) ?? url, bodyOf(row, scene, part), row.headers);
    if (!reading.has(method) && answer.status >= 400) untouched = scene;
    got[part] = row.find === undefined ? answer.status : [answer.status, Boolean(row.find(answer, scene))];
    wanted[part] = marks === undefined ? Number(answers[index]) : [Number(answers[index]), marks[index] === 'x'];
  }
  expect(got).toEqual(wanted);
});

test('every route has a line, or is closed to everybody', async () => {
  const missing: string[] = [];
  for (const key of keys.filter((name) => rows[name] === undefined)) {
    const [method, url] = key.split(' ') as [string, string];
    const path = url.replace(/:\w+/g, '1').replace('*', 'x');
    for (const part of ['anonymous', 'SUPERADMIN'] as const) {
      const { status } = await cast.actors[part].send(method, path);
      if (status !== 405) missing.push(`${key} (${part}: ${status})`);
    }
  }
  expect(missing).toEqual([]);
});

test('the matrix sees the routes of every module', () => {
  expect(keys.length).toBeGreaterThan(100);
  expect(parts).toHaveLength(9);
});

/** What is written to is there anew after every write, so that the order of the columns means nothing. */
async function untouchedScene(): Promise<Scene> {
  const scene = untouched ?? (await makeScene(world, cast));
  untouched = undefined;
  return scene;
}

function columns(text: string): string[] {
  const all = text.trim().split(/\s+/);
  return all.length === 1 ? parts.map(() => all[0]!) : all;
}

function bodyOf(row: Row, scene: Scene, part: Part): unknown {
  return row.body?.(scene, part);
}
