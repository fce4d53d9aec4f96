export { findEmbedded } from './find-embedded.ts';
export { type Embedded, type EmbeddedLog, type EmbeddedOptions, startEmbedded } from './start-embedded.ts';
