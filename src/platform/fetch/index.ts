export { type AddressPolicy, addressPolicy } from './address-policy.ts';
export { resolveTarget } from './connect-checked.ts';
export { createFetcher, type Fetched, type Fetcher, type FetcherOptions, type FetchRequest } from './fetcher.ts';
export { redactUrl, redactUrls } from './redact.ts';
