import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect } from 'vitest';
import { startWorld } from '../support/world.ts';
import { flowOwner, upload } from './flow-world.ts';

export interface Stage {
  status: string;
  error_log: string[];
  stats: Record<string, unknown> & { count_of_rows: number | null };
}

/**
 * A world whose flows are really run, and a server of files for them: `files` by path, `asked` the requests it got,
 * `headersOf` what it says besides.
 */
export async function startFlows(settings: Record<string, string> = {}) {
  const files: Record<string, string | Buffer> = {};
  const asked: string[] = [];
  const served: {
    headersOf(path: string): Record<string, string>;
    answer?(request: IncomingMessage, response: ServerResponse): boolean;
  } = { headersOf: () => ({}) };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (served.answer?.(request, response)) return;
    const text = files[request.url!];
    if (text === undefined) response.writeHead(404).end('<h1>404</h1>');
    else response.writeHead(200, served.headersOf(request.url!)).end(request.method === 'HEAD' ? undefined : text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => server.close());
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const world = await startWorld({ FETCH_ALLOW: `127.0.0.1:${port}`, ...settings });
  const me = await flowOwner(world);
  const key = { 'auth-token': me.token };

  const specFor = (dataset: string, resources: Record<string, unknown>[], more: Record<string, unknown> = {}) => ({
    meta: { owner: 'Me', ownerid: me.id, dataset, version: 1, findability: 'published' },
    inputs: [
      {
        kind: 'datapackage',
        url: `${base}/datapackage.json`,
        parameters: { descriptor: { name: dataset, resources } },
      },
    ],
    ...more,
  });

  async function stateOf(id: string) {
    const { body } = await world.anon.get(`/source/${id}`, key);
    const pipelines = body.pipelines as Record<string, Stage>;
    const at = (name: string) => pipelines[name === '' ? body.id : `${body.id}/${name}`]!;
    return { id: body.id as string, state: body.state as string, body, at };
  }

  /** Uploads, does the work, gives the status. */
  async function run(dataset: string, resources: Record<string, unknown>[], more: Record<string, unknown> = {}) {
    const sent = await upload(world, me, specFor(dataset, resources, more));
    expect(sent.body.errors).toEqual([]);
    await world.runJobs();
    return stateOf(sent.body.flow_id);
  }

  /** Text of a product of a revision. */
  async function product(flowId: string, resource: string): Promise<string> {
    const { body } = await world.anon.get(`/package/${flowId}/${resource}/datapackage.json`, key);
    return (await world.anon.get(new URL(body.resources[0].path).pathname, key)).text;
  }

  /** Rows of a CSV product, header first. */
  const rows = async (flowId: string, resource: string) =>
    (await product(flowId, `${resource}_csv`)).trimEnd().split('\r\n');

  return { world, me, key, base, files, asked, served, specFor, run, stateOf, product, rows };
}
