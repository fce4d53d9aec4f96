import { describe, expect, test } from 'vitest';
import { startWorld } from '../support/world.ts';
import { chromiumPath, onceMore } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('the web app over HTTP', onceMore, async () => {
  const { anon } = await startWorld();

  test('the root leads to the app, and every address below it answers the one page', async () => {
    const root = await anon.get('/');
    expect([root.status, root.headers.get('location')]).toEqual([302, '/app/']);
    for (const path of ['/app/', '/app', '/app/project/kenya/members', '/app/dataset/x?filter=a']) {
      expect((await anon.get(path)).text).toContain('<div id="root">');
    }
  });

  test('files with a hash in their name are kept for a year, the page is asked about each time', async () => {
    const page = await anon.get('/app/');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = /src="(\/app\/assets\/[^"]+\.js)"/.exec(page.text)?.[1];
    const file = await anon.get(script!, { 'accept-encoding': 'br' });
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(file.headers.get('content-encoding')).toBe('br');
    const again = await anon.get('/app/', {
      'if-none-match': page.headers.get('etag')!,
      // fetch would ask past every cache otherwise.
      'cache-control': 'max-age=0',
    });
    expect(again.status).toBe(304);
  });

  test('a file that a newer build no longer has is missing, not the page in its place', async () => {
    const gone = await anon.get('/app/assets/index-00000000.js');
    expect([gone.status, gone.body.code]).toEqual([404, 'not_found']);
  });

  test('no address leads out of the folder', async () => {
    for (const path of [
      '/app/../package.json',
      '/app/%2e%2e/package.json',
      '/app/..%2fpackage.json',
      '/app/assets/..%2f..%2fpackage.json',
    ]) {
      const answer = await anon.get(path);
      expect(answer.text).not.toContain('"dependencies"');
    }
  });

  test('the policy allows scripts of this server only, and the page has none inline', async () => {
    const page = await anon.get('/app/');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/);
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)/);
  });
});
