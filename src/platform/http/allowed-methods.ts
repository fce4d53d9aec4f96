import type { FastifyInstance } from 'fastify';
import findMyWay from 'find-my-way';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers for addresses that other routes make known; makes none known itself. */
    isFallback?: boolean;
  }
  interface FastifyInstance {
    /** Every method and path the server has, in the order of registration; for tests that must miss none. */
    knownRoutes: { method: string; url: string }[];
  }
}

/** Remembers every route, so that a known address tells its methods: to OPTIONS, and with 405 to a wrong one, not 404. */
export function trackMethods(app: FastifyInstance): (url: string) => string[] {
  const known: FastifyInstance['knownRoutes'] = [];
  app.decorate('knownRoutes', known);
  app.addHook('onRoute', (route) => {
    // The CORS plugin answers OPTIONS everywhere; that makes no address known.
    if (route.url === '*' || route.config?.isFallback) return;
    for (const method of [route.method].flat()) known.push({ method, url: route.url });
  });
  let routers: Map<string, Router> | undefined;
  return (url) => {
    // Built by the first wrong method, not at every start.
    routers ??= routersOf(known);
    const methods = [...routers]
      .filter(([, router]) => router.find('GET', url.split('?', 1)[0] ?? '/') !== null)
      .map(([method]) => method);
    // Whoever has a method can say which.
    return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])].sort();
  };
}

type Router = ReturnType<typeof findMyWay>;

function routersOf(known: { method: string; url: string }[]): Map<string, Router> {
  const routers = new Map<string, Router>();
  for (const { method, url } of known) {
    const router = routers.get(method) ?? findMyWay({ ignoreTrailingSlash: true, ignoreDuplicateSlashes: false });
    routers.set(method, router);
    if (!router.hasRoute('GET', url)) router.on('GET', url, () => undefined);
  }
  return routers;
}
