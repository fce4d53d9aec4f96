import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
export const chromiumPath = places.find((place) => place !== undefined && existsSync(place));

if (chromiumPath === undefined) {
  process.stderr.write(
    'test/web skipped: no Chromium here. Get it with `apt-get install chromium`, or set CHROMIUM.\n',
  );
} else {
  execFileSync(process.execPath, ['scripts/build-web.ts', '--if-stale'], { stdio: 'inherit' });
}

/**
 * For `describe`: what fails is tried once more. A browser beside everything else on two cores is late now and then; what is
 * wrong fails again. The report says `(retry x1)` of such a test.
 */
export const onceMore = { retry: 1 };

export interface Window {
  page: Page;
  context: BrowserContext;
  /** What the page complained about: script errors, refused content, failed requests for files. */
  complaints: string[];
}

// Without the background flags Chromium looks for its maker's servers, which a closed network refuses one by one.
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One for all files of a worker, with which it ends: starting it takes longer than most tests. */
let browser: Promise<Browser> | undefined;

/** A window with a fresh profile; closed when the test that opened it ends, or as `atEnd` says. */
export async function openWindow(
  options: { width?: number; height?: number; colorScheme?: 'light' | 'dark'; hasTouch?: boolean } = {},
  atEnd: (close: () => Promise<void>) => void = onTestFinished,
): Promise<Window> {
  const { width = 1280, height = 800, colorScheme = 'light', hasTouch = false } = options;
  browser ??= chromium.launch({ executablePath: chromiumPath!, headless: true, args: flags });
  const context = await (await browser).newContext({
    viewport: { width, height },
    colorScheme,
    hasTouch,
    isMobile: hasTouch,
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  atEnd(() => context.close());
  const page = await context.newPage();
  // Generous: what is slow on a busy machine is not wrong.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused API call is shown by the page itself and is some tests' point.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return { page, context, complaints };
}

export async function signIn(page: Page, url: string, person: { email: string; password: string }): Promise<void> {
  await page.goto(`${url}/app/`);
  const name = page.getByLabel('E-mail or username');
  const home = page.getByRole('heading', { name: 'Projects', level: 1 });
  await name.or(home).first().waitFor();
  // Where a test is tried once more.
  if (await home.isVisible()) return;
  await name.fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await home.waitFor();
}
