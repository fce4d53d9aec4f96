import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors';
import fastifyFormbody from '@fastify/formbody';
import fastifySwagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from 'fastify';
import helmet from 'helmet';
import type { Context } from '../context.ts';
import { AppError, problemOf } from '../errors/index.ts';
import { isNestedDeeper, maxJsonDepth } from '../is-nested-deeper.ts';
import { trackMethods } from './allowed-methods.ts';
import { compressAnswers } from './compress-answer.ts';
import { toAppError } from './convert-error.ts';
import { decompressBody } from './decompress-body.ts';
import { clientDisconnected, jsonTooDeep, malformedJson, methodNotAllowed, notFound } from './errors.ts';

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Who may call from a browser page, by path. The longest matching prefix counts; `''` is the rest. */
export type CorsPolicies = Record<string, Omit<FastifyCorsOptions, 'delegator'>>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads the body as it was sent, coding and all, with limits of its own: files of any size. */
    streamsBody?: boolean;
  }
}

export interface HttpOptions {
  cors: CorsPolicies;
  version: string;
}

/** Fastify with everything that holds for every route: ids, errors, bodies, headers, metrics, API description. */
export async function createHttp(context: Context, options: HttpOptions): Promise<App> {
  const { config } = context;
  const app = fastify({
    loggerInstance: context.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy,
    bodyLimit: config.bodyMaxBytes,
    genReqId: () => context.newId(),
    requestIdHeader: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    requestTimeout: 0,
    keepAliveTimeout: 72_000,
    frameworkErrors: (error, request, reply) => {
      const refusal = toAppError(error, config);
      reply.raw
        .writeHead(refusal.status, { 'content-type': 'application/problem+json', 'x-request-id': request.id })
        .end(JSON.stringify(problemOf(refusal, request.id)));
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  validateStrictly(app);
  const allowedMethods = trackMethods(app as unknown as FastifyInstance);
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody, { bodyLimit: config.bodyMaxBytes });
  await app.register(fastifyCors, { hook: 'onRequest', delegator: corsDelegator(options.cors) });
  // By itself and not as its plugin, which puts the policy together again for every request.
  const secure = helmet(helmetOptions);
  app.addHook('onRequest', (request, reply, done) => secure(request.raw, reply.raw, done as (error?: unknown) => void));
  await app.register(fastifySwagger, openApi(options.version));

  readJson(app);
  compressAnswers(app as unknown as FastifyInstance);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('preParsing', async (request, _reply, payload) =>
    request.routeOptions.config.streamsBody
      ? payload
      : decompressBody(request, payload as never, {
          packedBytes: config.gzipBodyMaxBytes,
          unpackedBytes: config.bodyMaxBytes,
        }),
  );
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    context.metrics.httpSeconds.observe(
      { method: request.method, route, status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
    context.log.info(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
  app.setErrorHandler((error, request, reply) => {
    const refusal =
      request.raw.aborted && !(error instanceof AppError) ? clientDisconnected() : toAppError(error, config, request);
    if (refusal.status >= 500) context.log.error({ err: error, requestId: request.id }, 'request failed');
    // A stream that failed before its first byte left was to be packed; the refusal is not.
    reply.removeHeader('content-encoding');
    reply.raw.removeHeader('content-encoding');
    return reply
      .code(refusal.status)
      .headers(refusal.headers)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(refusal, request.id)));
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(request.url);
    if (allowed.length === 0) throw notFound();
    if (request.method !== 'OPTIONS') throw methodNotAllowed(allowed);
    return reply.code(204).header('allow', allowed.join(', ')).send();
  });
  return app;
}

/**
 * Queries and paths arrive as text and are converted; bodies say what they mean and are not. Unknown names are
 * refused wherever a schema closes its object, never dropped.
 */
function validateStrictly(app: App): void {
  const strict = addFormats.default(
    new Ajv({ allErrors: true, useDefaults: true, coerceTypes: false, removeAdditional: false, strict: false }),
  );
  const converting = addFormats.default(
    new Ajv({ allErrors: true, useDefaults: true, coerceTypes: 'array', removeAdditional: false, strict: false }),
  );
  app.setValidatorCompiler(({ schema, httpPart }) =>
    onFirstUse(() => (httpPart === 'body' ? strict : converting).compile(schema as object)),
  );
}

/** A schema is compiled by the first request that needs it: all of them together are a fifth of a second of start-up. */
function onFirstUse(compile: () => ValidateFunction) {
  let compiled: ValidateFunction | undefined;
  const validate = (value: unknown) => {
    compiled ??= compile();
    const isValid = compiled(value);
    validate.errors = compiled.errors;
    return isValid;
  };
  validate.errors = undefined as ValidateFunction['errors'];
  return validate;
}

/** An empty body is no body, whatever its type says: old clients send `Content-Type: application/json` on every call. */
function readJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  for (const type of ['application/json', /^application\/[\w.-]+\+json/]) {
    app.addContentTypeParser<Buffer>(type, { parseAs: 'buffer' }, (request, bytes, done) => {
      if (bytes.length === 0) return done(null, undefined);
      // What is not UTF-8 would be stored with marks in place of its letters.
      if (!isUtf8(bytes)) return done(malformedJson('It is not UTF-8.'));
      const text = bytes.toString();
      if (isNestedDeeper(text)) return done(jsonTooDeep(maxJsonDepth));
      void parse(request, text, (error, value) => (error ? done(malformedJson()) : done(null, value)));
    });
  }
}

function corsDelegator(policies: CorsPolicies) {
  const prefixes = Object.keys(policies).sort((a, b) => b.length - a.length);
  return (request: FastifyRequest, done: (error: Error | null, options?: FastifyCorsOptions) => void) => {
    const prefix = prefixes.find((candidate) => request.url.startsWith(candidate)) ?? '';
    const policy = policies[prefix] ?? { origin: false };
    done(null, { ...policy, preflight: policy.strictPreflight === false || isPreflight(request) });
  };
}

/** Another OPTIONS asks what an address allows: that is for the routes to say. */
const isPreflight = ({ headers }: FastifyRequest) =>
  headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

const helmetOptions = {
  // The web app and the API pages load only what this server sends; inline styles are what component libraries need.
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      workerSrc: ["'self'", 'blob:'],
      objectSrc: ["'none'"],
      frameAncestors: ["'none'"],
      upgradeInsecureRequests: null,
    },
  },
  // Plain HTTP on a field laptop is a supported way to run; the proxy in front sets HSTS where there is TLS.
  strictTransportSecurity: false,
  crossOriginResourcePolicy: { policy: 'cross-origin' as const },
  crossOriginEmbedderPolicy: false,
};

function openApi(version: string) {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Granary',
        version,
        description: 'Numbers about places over time, every one traceable to the row of the file it came from.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http' as const, scheme: 'bearer', bearerFormat: 'JWT' },
          session: { type: 'apiKey' as const, in: 'cookie' as const, name: 'granary_session' },
        },
      },
      security: [{ bearer: [] }, { session: [] }] as Record<string, string[]>[],
    },
  };
}

/** True for something that can stand in a URL as host. */
export const urlHost = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);
