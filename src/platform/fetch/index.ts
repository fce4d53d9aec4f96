export { type AddressPolicy, addressPolicy } from './address-policy.ts';
export type { Fetched, FetchRequest } from './fetch-request.ts';
export { createFetcher, type Fetcher, type FetcherOptions } from './fetcher.ts';
export { openSocket } from './open-socket.ts';
export { redactUrl, redactUrls } from './redact.ts';
export { withFetcher } from './with-fetcher.ts';
