export { addVary } from './add-vary.ts';
export { byteRange } from './byte-range.ts';
export { toAppError } from './convert-error.ts';
export { type App, type CorsPolicies, createHttp, type HttpOptions, urlHost } from './create-http.ts';
export { bodyTooLarge, methodNotAllowed, notFound, rateLimited, unsupportedMediaType } from './errors.ts';
export { matchesTag } from './matches-tag.ts';
export { originOf } from './origin-of.ts';
export { sendBlob } from './send-blob.ts';
export { serveWeb } from './serve-web.ts';
