import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect } from 'vitest';
import { startWorld } from '../support/world.ts';
import { flowOwner, upload } from './flow-world.ts';

interface Pipeline {
  status: string;
  error_log: string[];
  stats: {
    count_of_rows: number | null;
    rejected_rows?: number;
    cached?: boolean;
    hash: string;
    '.dpp': Record<string, string>;
  };
}

/** Files behind an address, and flows that read them. Files may be changed between revisions. */
export async function flowFiles(files: Record<string, string | Buffer>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const text = files[request.url!];
    response.writeHead(text === undefined ? 404 : 200).end(text ?? '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  afterAll(() => server.close());
  const world = await startWorld({ FETCH_ALLOW: `127.0.0.1:${port}` });
  const me = await flowOwner(world);
  const key = { 'auth-token': me.token };
  const base = `http://127.0.0.1:${port}`;

  /** Sends a spec of these resources, does the work, and reads what came of it. */
  async function flow(dataset: string, resources: object[], more: object = {}) {
    const sent = await upload(world, me, {
      meta: { ownerid: me.id, dataset, version: 1, findability: 'published' },
      inputs: [
        {
          kind: 'datapackage',
          url: `${base}/datapackage.json`,
          parameters: { descriptor: { name: dataset, resources } },
        },
      ],
      ...more,
    });
    expect(sent.body.errors).toEqual([]);
    await world.runJobs();
    return ended(sent.body.flow_id);
  }

  async function ended(id: string) {
    const { body: status } = await world.anon.get(`/source/${id}`, key);
    const at = (name: string) => status.pipelines[name === '' ? id : `${id}/${name}`] as Pipeline;
    const read = async (url: string) => world.anon.get(new URL(url, world.url).pathname);
    const resources = async (name: string) =>
      (await read(at(name).stats['.dpp']['out-datapackage-url']!)).body.resources as Record<string, string>[];
    /** The first resource of a pipeline's package. */
    const product = async (name: string) => read((await resources(name))[0]!.path!);
    /** What is asked of `/source/{id}/…`. */
    const ask = async (path: string) => (await world.anon.get(`/source/${id}/${path}`, key)).body;
    return { id, status, at, product, resources, read, ask };
  }

  return { world, me, key, base, asked, flow, ended };
}
