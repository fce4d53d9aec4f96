import { AsyncLocalStorage } from 'node:async_hooks';
import fastify from 'fastify';
import type { Context } from '../platform/context.ts';
import { type Access, createResources, registerResources } from '../resource/index.ts';
import { documentResource } from './document.resource.ts';

/** What the resource says, as text, with its tag. */
export interface ResourceAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

interface Asked {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  ifMatch?: string | undefined;
}

export type AskResource = (access: Access, asked: Asked) => Promise<ResourceAnswer>;

/**
 * The resource `source_doc` with the POST it has not got in public, where a route of our own stands at that address. It is
 * an instance that is only ever asked from here, so that what an upload answers, and what a POST with an id does, is what
 * the resource itself says. What it refuses is thrown.
 */
export async function documentAsker(context: Context): Promise<AskResource> {
  const calls = new AsyncLocalStorage<{ access: Access; refusal?: unknown }>();
  const app = fastify();
  app.setErrorHandler((error, _request, reply) => {
    calls.getStore()!.refusal = error;
    return reply.code(500).send();
  });
  const { own_routes: _, ...declared } = documentResource(context);
  const resources = createResources([{ ...declared, methods: ['POST'] }], {
    db: context.db,
    cursorKey: context.secretFor('cursors'),
    accessOf: () => calls.getStore()!.access,
  });
  await registerResources(app, resources);
  await app.ready();
  return async (access, { method, path, body, ifMatch }) => {
    const call: { access: Access; refusal?: unknown } = { access };
    // Awaited inside: the request is made when somebody waits for it.
    const answer = await calls.run(
      call,
      async () =>
        await app.inject({
          method,
          url: `/api/v1/source_doc${path}`,
          headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
          ...(body === undefined ? {} : { payload: body }),
        }),
    );
    if (call.refusal !== undefined) throw call.refusal;
    const { etag, 'content-type': contentType } = answer.headers;
    return {
      status: answer.statusCode,
      headers: { etag: String(etag), 'content-type': String(contentType) },
      body: answer.payload,
    };
  };
}
