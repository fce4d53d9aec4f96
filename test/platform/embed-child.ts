import { startEmbedded } from '../../src/platform/db/embed/index.ts';

/** A process that holds an embedded server until it is killed; says on its output how the start went. */
const [dataDir, systemFolder] = process.argv.slice(2) as [string, string];
const log = { info: () => {}, warn: () => {}, error: () => {} };
try {
  const { url, adopted } = await startEmbedded({ dataDir, systemFolder, log, durable: false });
  console.log(JSON.stringify({ url, adopted }));
  setInterval(() => {}, 1000);
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.log(JSON.stringify({ code, message }));
}
