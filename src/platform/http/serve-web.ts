import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { App } from './create-http.ts';
import { notFound } from './errors.ts';

const oneYear = 'public, max-age=31536000, immutable';
/** Named the same in every build, so asked about each time; an unchanged one costs a 304. */
const askAgain = 'no-cache';

/**
 * The browser app under `/app/`, from a folder that `npm run build:web` wrote. Every address below it that is not a file
 * answers the one page, which reads the address itself. Owns `/` only to lead there.
 */
export async function serveWeb(app: App, folder: string): Promise<void> {
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/app/', 302));
  if (!existsSync(path.join(folder, 'index.html'))) {
    for (const url of ['/app', '/app/*'])
      app.get(url, { schema: { hide: true } }, (_request, reply) => notBuilt(reply));
    return;
  }
  await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, cacheControl: false });
  app.get('/app', { schema: { hide: true } }, (_request, reply) =>
    reply.header('cache-control', askAgain).sendFile('index.html'),
  );
  app.get<{ Params: { '*': string } }>('/app/*', { schema: { hide: true } }, (request, reply) => {
    const file = request.params['*'];
    if (file.startsWith('assets/')) {
      if (!isFile(folder, file)) throw notFound();
      return reply.header('cache-control', oneYear).sendFile(file);
    }
    return reply.header('cache-control', askAgain).sendFile(isFile(folder, file) ? file : 'index.html');
  });
}

/** Looked up by name in the folder; `send` itself refuses to leave it. */
function isFile(folder: string, file: string): boolean {
  const inside = path.join(folder, file);
  return file !== '' && inside.startsWith(folder + path.sep) && path.extname(file) !== '' && existsSync(inside);
}

function notBuilt(reply: FastifyReply) {
  return reply
    .code(503)
    .type('text/plain; charset=utf-8')
    .send('The web app is not built here. Run `npm run build:web` and start again; the API works without it.\n');
}
