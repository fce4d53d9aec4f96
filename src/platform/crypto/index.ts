export { equalSecrets, randomSecret, sha256 } from './hash.ts';
export { seal, unseal } from './seal.ts';
export { openSecret } from './secret.ts';
