export { toAppError } from './convert-error.ts';
export { type App, type CorsPolicies, createHttp, type HttpOptions, urlHost } from './create-http.ts';
export { methodNotAllowed, notFound, rateLimited, unsupportedMediaType } from './errors.ts';
export { serveWeb } from './serve-web.ts';
