import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** For secrets of 128 random bits and more, which need no slow hash. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** 256 random bits, 43 characters that stand in URLs, headers and file names. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}
