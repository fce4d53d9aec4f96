import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { hash, verify } from '@node-rs/argon2';

/** argon2id, 19 MiB, 2 passes, 1 lane: the library's defaults, OWASP's first choice. */
export const hashPassword = (password: string): Promise<string> => hash(password);

export interface PasswordCheck {
  ok: boolean;
  /** Right, but stored in an older way: store it anew. */
  outdated: boolean;
}

/**
 * Costs the same for an unknown user (no hash) as for a wrong password. Also knows Werkzeug's
 * `pbkdf2:sha256:<iterations>$<salt>$<hex>`, which imported users bring.
 */
export async function checkPassword(password: string, stored: string | null | undefined): Promise<PasswordCheck> {
  if (stored === null || stored === undefined) {
    await verify(await unknownUser, password);
    return { ok: false, outdated: false };
  }
  const old = /^pbkdf2:sha256:(\d+)\$([^$]+)\$([0-9a-f]{64})$/.exec(stored);
  if (old === null) return { ok: await verify(stored, password), outdated: false };
  const derived = await promisify(pbkdf2)(password, old[2]!, Number(old[1]), 32, 'sha256');
  return { ok: timingSafeEqual(derived, Buffer.from(old[3]!, 'hex')), outdated: true };
}

const unknownUser = hash('nobody has this password');
