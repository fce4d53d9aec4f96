import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Builds the browser app into web/dist. With `--if-stale` only when a source is newer than the last build, so that
 * `npm start` costs a look at a few files. Where vite is not installed (a packed build, `--omit=dev`) what is there is used.
 */
const root = path.join(import.meta.dirname, '..');
const web = path.join(root, 'web');
const dist = path.join(web, 'dist');

if (process.argv.includes('--if-stale') && !(await isStale())) process.exit(0);
if (!existsSync(path.join(root, 'node_modules', 'vite'))) process.exit(0);
const started = performance.now();
process.stderr.write('Building the web app …');
await build();
process.stderr.write(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`);

/** Into a folder of its own, then renamed: a server that reads web/dist never sees half a build. */
async function build(): Promise<void> {
  const vite = await import('vite');
  const next = path.join(web, `dist.${process.pid}`);
  try {
    await vite.build({ configFile: path.join(web, 'vite.config.ts'), logLevel: 'warn', build: { outDir: next } });
    // Tried again where somebody else fills it at the same moment.
    await rm(dist, { recursive: true, force: true, maxRetries: 5 });
    // Somebody else who builds at the same moment builds the same.
    await rename(next, dist).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY') throw error;
    });
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}

async function isStale(): Promise<boolean> {
  const built = await stat(path.join(dist, 'index.html')).catch(() => undefined);
  if (built === undefined) return true;
  const names = await readdir(web, { recursive: true });
  const sources = names.filter((name) => !name.startsWith('dist')).map((name) => path.join(web, name));
  for (const source of [...sources, path.join(root, 'package-lock.json')]) {
    const found = await stat(source).catch(() => undefined);
    if (found?.isFile() && found.mtimeMs > built.mtimeMs) return true;
  }
  return false;
}
