import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SettingError } from '../config/index.ts';

const minBytes = 32;

/**
 * The installation's own secret: from the setting, else made once in `keys/secret` of the data folder. Every use gets
 * a key of its own by HKDF, so that a signature made for one purpose means nothing for another.
 */
export function openSecret(setting: string | undefined, dataDir: string): (purpose: string) => Buffer {
  const secret = setting === undefined ? keptSecret(path.join(dataDir, 'keys')) : Buffer.from(setting);
  if (secret.length < minBytes) throw new SettingError('GRANARY_SECRET', `needs at least ${minBytes} bytes`);
  const derived = new Map<string, Buffer>();
  return (purpose) => {
    const known = derived.get(purpose);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync('sha256', secret, 'granary', purpose, 32));
    derived.set(purpose, key);
    return key;
  };
}

function keptSecret(folder: string): Buffer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'secret');
  try {
    writeFileSync(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return Buffer.from(readFileSync(file, 'utf8'));
}
