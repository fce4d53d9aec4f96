import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { readConfig } from '../src/platform/config/index.ts';
import { serve } from '../src/serve.ts';

/**
 * Writes docs/screenshot.png: the explorer over a table of the kind the demo loads. Starts a server of its own on a fresh
 * data folder.
 */
const folder = mkdtempSync(path.join(os.tmpdir(), 'granary-screenshot-'));
const person = { email: 'amina@example.org', password: 'Screenshot-only-7' };
const server = await serve(
  readConfig({
    GRANARY_DATA_DIR: path.join(folder, 'data'),
    GRANARY_PORT: '0',
    GRANARY_LOG_LEVEL: 'silent',
    GRANARY_ADMIN_EMAIL: person.email,
    GRANARY_ADMIN_PASSWORD: person.password,
  }),
  { api: true, work: true },
);
try {
  const url = server.address!;
  const dataset = await loadExample(url);
  await takePicture(url, `/app/dataset/${dataset}?year__gte=1980&sort=-life_expect&facets=life_expect,country`);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Gapminder from vega-datasets through the public API, beside a few projects. */
async function loadExample(url: string): Promise<string> {
  const answer = await fetch(`${url}/auth`, post(JSON.stringify(person), 'application/json'));
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const authorization = `Bearer ${token}`;
  for (const title of ['Health of nations', 'Water points of Kenya', 'River levels']) {
    await fetch(`${url}/api/v1/project`, post(JSON.stringify({ title }), 'application/json', authorization));
  }
  const file = path.join(import.meta.dirname, '..', 'node_modules', 'vega-datasets', 'data', 'gapminder.json');
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[];
  const names = Object.keys(rows[0]!);
  const csv = [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((cells) => cells.map((cell) => JSON.stringify(String(cell))).join(','))
    .join('\n');
  const query = 'project_id=health-of-nations&dataset=gapminder&filename=gapminder.csv';
  const upload = await fetch(`${url}/api/v1/upload?${query}`, post(csv, 'text/csv', authorization));
  if (!upload.ok) throw new Error(await upload.text());
  const { dataset } = (await upload.json()) as { dataset: { id: string } };
  return dataset.id;
}

function post(body: string, type: string, authorization?: string): RequestInit {
  return {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) },
  };
}

async function takePicture(url: string, address: string): Promise<void> {
  const place = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((candidate) => existsSync(candidate));
  if (place === undefined) throw new Error('no Chromium here: apt-get install chromium');
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath: place,
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
    viewport: { width: 1360, height: 820 },
    deviceScaleFactor: 1.5,
    reducedMotion: 'reduce',
  });
  const page = context.pages()[0]!;
  await page.goto(`${url}${address}`);
  await page.getByLabel('E-mail or username').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('grid').waitFor();
  await page.getByRole('img', { name: /^Spread of/ }).waitFor();
  await page.waitForLoadState('networkidle');
  const target = path.join(import.meta.dirname, '..', 'docs', 'screenshot.png');
  writeFileSync(target, await page.screenshot());
  await context.close();
  process.stdout.write(`${target}\n`);
}
