export { findEmbedded } from './find-embedded.ts';
export type { EmbeddedLog } from './server.ts';
export { type Embedded, type EmbeddedOptions, startEmbedded } from './start-embedded.ts';
