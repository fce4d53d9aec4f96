import { Client } from 'undici';

/**
 * Load from a process of its own: `node load.ts URL CONNECTIONS SECONDS [TOKEN]`. Every connection asks again as soon as
 * it is answered; prints the answers per second. Anything but 200 ends it.
 */
const [url = '', connections = '32', seconds = '3', token] = process.argv.slice(2);
const { origin, pathname, search } = new URL(url);
const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };

async function ask(client: Client): Promise<void> {
  const { statusCode, body } = await client.request({ method: 'GET', path: pathname + search, headers });
  if (statusCode !== 200) throw new Error(`${url}: ${statusCode} ${await body.text()}`);
  await body.dump({ limit: 100_000_000 });
}

const clients = Array.from({ length: Number(connections) }, () => new Client(origin));
let answers = 0;

async function until(end: number): Promise<void> {
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < end) {
        await ask(client);
        answers += 1;
      }
    }),
  );
}

await until(performance.now() + 1000);
answers = 0;
const begun = performance.now();
await until(begun + Number(seconds) * 1000);
process.stdout.write(String(answers / ((performance.now() - begun) / 1000)));
process.exit(0);
