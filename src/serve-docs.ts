import { createHash } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { App } from './platform/http/index.ts';

/**
 * `/openapi.json` and the page that shows it. The page's library weighs some 30 MB of memory, so it is loaded by the
 * first reader, not at start-up, into an instance of its own that is only ever asked from here.
 */
export function docsRoutes(app: App): void {
  let pages: Promise<FastifyInstance> | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    // The page names its files relative to itself, so here the trailing slash matters.
    if (request.url === '/docs') return reply.redirect('/docs/');
    pages ??= loadPages();
    const answer = await (await pages).inject({ url: request.url });
    const type = String(answer.headers['content-type'] ?? 'application/octet-stream');
    if (type.startsWith('text/html')) reply.header('content-security-policy', policyFor(answer.payload));
    return reply.code(answer.statusCode).type(type).send(answer.rawPayload);
  };
  app.get('/docs', { schema: { hide: true } }, serve);
  app.get('/docs/*', { schema: { hide: true } }, serve);
  app.addHook('onClose', async () => (await pages)?.close());
}

async function loadPages(): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const pages = fastify();
  await pages.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      telemetry: false,
      withDefaultFonts: false,
      showDeveloperTools: 'never',
      agent: { disabled: true },
    },
  });
  await pages.ready();
  return pages;
}

/** The page's own inline scripts by their hashes, and nothing else from anywhere. */
function policyFor(html: string): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    (match) => `'sha256-${createHash('sha256').update(match[1]!).digest('base64')}'`,
  );
  return `default-src 'self'; script-src 'self' ${hashes.join(' ')}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'`;
}
