import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of axe-core on the page once it has come to rest, WCAG 2.2 A and AA: `rule: selector`. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  // Through the debugger: the page's own policy refuses scripts that are not files of the server.
  await page.evaluate(axe);
  // A button just enabled has the colours it had until the next frame; what turns for ever is not waited for.
  await page.evaluate(`(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((one) => one.finished));
  })()`);
  const found = await page.evaluate(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.target.join(' ') + ' ' + node.failureSummary.split('\\n')[1])))`);
  return found as string[];
}
