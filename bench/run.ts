import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { BenchLine } from './support/line.ts';

/**
 * `npm run bench [name …]`: every benchmark of this folder in turn, each in a process of its own, so that none inherits
 * another's memory. Prints `name  value  limit  ratio` and writes bench/results.json.
 */
const folder = import.meta.dirname;
const wanted = process.argv.slice(2);
const files = (await readdir(folder))
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .filter((file) => wanted.length === 0 || wanted.includes(path.basename(file, '.ts')))
  .sort();

const results: Record<string, BenchLine[] | { failed: string }> = {};
for (const file of files) {
  const name = path.basename(file, '.ts');
  try {
    results[name] = await linesOf(path.join(folder, file));
    for (const line of results[name]) console.log(textOf(line));
  } catch (error) {
    const failed = (error as Error).message.trim();
    results[name] = { failed };
    console.log(`${name}: failed: ${failed}`);
    process.exitCode = 1;
  }
}
const machine = { cpus: os.cpus().length, model: os.cpus()[0]?.model, memory: os.totalmem(), node: process.version };
const written = { at: new Date().toISOString(), machine, results };
await writeFile(path.join(folder, 'results.json'), `${JSON.stringify(written, null, 2)}\n`);

async function linesOf(file: string): Promise<BenchLine[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(folder, 'support/run-one.ts'), file], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as BenchLine[];
}

function textOf({ name, value, limit, ratio, unit }: BenchLine): string {
  return [
    name.padEnd(44),
    `${amount(value)} ${unit}`.padStart(18),
    (limit === null ? '' : `${amount(limit)} ${unit}`).padStart(18),
    (ratio === null ? '' : ratio.toFixed(2)).padStart(7),
  ].join('  ');
}

function amount(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 100 ? 0 : 2);
}
