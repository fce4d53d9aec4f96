import type { FastifyInstance } from 'fastify';
import findMyWay from 'find-my-way';

declare module 'fastify' {
  interface FastifyInstance {
    /** Every method and path the server has, in the order of registration; for tests that must miss none. */
    knownRoutes: { method: string; url: string }[];
  }
}

/** Remembers every route, so that a known address with a wrong method answers 405 and what is allowed, not 404. */
export function trackMethods(app: FastifyInstance): (url: string) => string[] {
  const routers = new Map<string, ReturnType<typeof findMyWay>>();
  const known: FastifyInstance['knownRoutes'] = [];
  app.decorate('knownRoutes', known);
  app.addHook('onRoute', (route) => {
    // The CORS plugin answers OPTIONS everywhere; that makes no address known.
    if (route.url === '*') return;
    for (const method of [route.method].flat()) {
      known.push({ method, url: route.url });
      const router = routers.get(method) ?? findMyWay({ ignoreTrailingSlash: true, ignoreDuplicateSlashes: false });
      routers.set(method, router);
      if (!router.hasRoute('GET', route.url)) router.on('GET', route.url, () => undefined);
    }
  });
  return (url) =>
    [...routers]
      .filter(([, router]) => router.find('GET', url.split('?', 1)[0] ?? '/') !== null)
      .map(([method]) => method)
      .sort();
}
