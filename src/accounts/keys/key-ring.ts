import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';
import type { Context } from '../../platform/context.ts';
import { seal, unseal } from '../../platform/crypto/index.ts';
import { signingKeyUnreadable } from '../errors.ts';
import { insertFirstSigningKey, replaceSigningKey, type SigningKeyRow, signingKeys } from './store.ts';

export interface KeyRing {
  kid: string;
  privateKey: KeyObject;
  publicPem: string;
  publicKeys: ReadonlyMap<string, KeyObject>;
}

/** Longest time a process signs with a key that another process has replaced; it still verifies everywhere. */
const reloadAfterMs = 60_000;
/** A token that names an unknown key makes us look again, but not for every forged token. */
const reloadAtMostEveryMs = 2_000;

const rings = new WeakMap<Context, { ring: Promise<KeyRing>; loadedAt: number }>();

/** This installation's keys, shared by all its processes through the database. Made on first use. */
export function keyRing(context: Context): Promise<KeyRing> {
  return loadedSince(context, Date.now() - reloadAfterMs);
}

/** Undefined when no process of this installation has made such a key. */
export async function publicKeyOf(context: Context, kid: string): Promise<KeyObject | undefined> {
  const ring = await keyRing(context);
  const key = ring.publicKeys.get(kid);
  if (key !== undefined) return key;
  return (await loadedSince(context, Date.now() - reloadAtMostEveryMs)).publicKeys.get(kid);
}

export async function publicJwks(context: Context): Promise<{ keys: JWK[] }> {
  const ring = await keyRing(context);
  const keys = [...ring.publicKeys].map(async ([kid, key]) => ({
    ...(await exportJWK(key)),
    kid,
    alg: 'RS256',
    use: 'sig',
  }));
  return { keys: await Promise.all(keys) };
}

/** New tokens are signed by a new key from now on; tokens of the old one stay good until they expire. */
export async function rotateSigningKey(context: Context): Promise<string> {
  const key = await makeKey(context);
  await context.db.transaction((tx) => replaceSigningKey(tx, key));
  rings.delete(context);
  return key.kid;
}

function loadedSince(context: Context, instant: number): Promise<KeyRing> {
  const known = rings.get(context);
  if (known !== undefined && known.loadedAt >= instant) return known.ring;
  const ring = load(context);
  rings.set(context, { ring, loadedAt: Date.now() });
  // A failed load must not be remembered: the database may be back for the next request.
  ring.catch(() => rings.delete(context));
  return ring;
}

async function load(context: Context): Promise<KeyRing> {
  let rows = await signingKeys(context.db);
  if (!rows.some((row) => row.active)) {
    await insertFirstSigningKey(context.db, await makeKey(context));
    rows = await signingKeys(context.db);
  }
  const active = rows.find((row) => row.active)!;
  const pem = unseal(context.secretFor('signing-keys'), active.sealedPrivateKey);
  if (pem === undefined) throw signingKeyUnreadable();
  return {
    kid: active.kid,
    privateKey: createPrivateKey(pem),
    publicPem: active.publicPem,
    publicKeys: new Map(rows.map((row) => [row.kid, createPublicKey(row.publicPem)])),
  };
}

async function makeKey(context: Context): Promise<Omit<SigningKeyRow, 'active'>> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return {
    kid: await calculateJwkThumbprint(await exportJWK(publicKey)),
    sealedPrivateKey: seal(
      context.secretFor('signing-keys'),
      privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    ),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}
