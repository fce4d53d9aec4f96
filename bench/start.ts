import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type BenchLine, median } from './support/line.ts';
import { makeFolder } from './support/make-folder.ts';
import { startServer } from './support/start-server.ts';

/**
 * The second and later starts of `granary serve` with its embedded database, until /readyz answers 200; and what the
 * node process holds when nobody has asked for anything yet.
 */
export const name = 'start';

const starts = 5;
const settleMs = 3000;

export async function run(): Promise<BenchLine[]> {
  const folder = await makeFolder();
  const env = { GRANARY_DATA_DIR: folder };
  try {
    const first = await startServer(env);
    const firstMs = first.readyMs;
    await first.stop();
    const times: number[] = [];
    let idle: number | undefined;
    for (let start = 0; start < starts; start += 1) {
      const server = await startServer(env);
      times.push(server.readyMs);
      if (start === starts - 1) {
        await delay(settleMs);
        idle = server.rss();
      }
      await server.stop();
    }
    const seconds = median(times) / 1000;
    return [
      { name: 'start: first, with initdb', value: firstMs / 1000, limit: null, ratio: null, unit: 's' },
      { name: 'start: second to /readyz', value: seconds, limit: 1.5, ratio: seconds / 1.5, unit: 's' },
      ...(idle === undefined
        ? []
        : [
            {
              name: 'start: idle memory',
              value: idle / 1024 / 1024,
              limit: 150,
              ratio: idle / 1024 / 1024 / 150,
              unit: 'MB',
            },
          ]),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) for (const line of await run()) console.log(line);
