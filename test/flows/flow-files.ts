import { startFlows } from './flow-server.ts';

/** Flows over these files, and everything one can read of what came of them. Files may be changed between revisions. */
export async function flowFiles(given: Record<string, string | Buffer>) {
  const { world, me, key, base, files, run: runFlow } = await startFlows();
  Object.assign(files, given);

  /** Sends a spec of these resources, does the work, and reads what came of it. */
  async function flow(dataset: string, resources: Record<string, unknown>[], more: Record<string, unknown> = {}) {
    const { id, body: status, at } = await runFlow(dataset, resources, more);
    const read = async (url: string) => world.anon.get(new URL(url, world.url).pathname, key);
    const resourcesOf = async (name: string) => {
      const { 'out-datapackage-url': url } = at(name).stats['.dpp'] as Record<string, string>;
      return (await read(url!)).body.resources as Record<string, string>[];
    };
    /** The first resource of a pipeline's package. */
    const product = async (name: string) => read((await resourcesOf(name))[0]!.path!);
    /** What is asked of `/source/{id}/…`. */
    const ask = async (path: string) => (await world.anon.get(`/source/${id}/${path}`, key)).body;
    return { id, status, at, product, resources: resourcesOf, read, ask };
  }

  return { world, me, key, base, files, flow };
}
