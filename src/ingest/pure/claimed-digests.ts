/** What the sender says the bytes are: hex by algorithm. Empty: nothing was claimed. */
export interface ClaimedDigests {
  sha256?: string;
  sha512?: string;
  md5?: string;
}

/** Why a checksum header cannot be used; told to the sender, never passed over. */
export class MalformedDigest extends Error {}

/**
 * Reads `Content-Digest` and `Repr-Digest` (RFC 9530: `sha-256=:base64:`) and `Content-MD5` (RFC 1864). Algorithms
 * the server doesn't know are passed over as RFC 9530 asks, but a header with no known one can't be honoured.
 */
export function claimedDigests(headers: Record<string, string | string[] | undefined>): ClaimedDigests {
  const claimed: ClaimedDigests = {};
  for (const name of ['content-digest', 'repr-digest']) {
    const value = one(headers[name]);
    if (value === undefined) continue;
    for (const [algorithm, hex] of dictionary(name, value)) claim(claimed, algorithm, hex, name);
  }
  const md5 = one(headers['content-md5']);
  if (md5 !== undefined) claim(claimed, 'md5', base64(md5.trim(), 16, 'Content-MD5'), 'Content-MD5');
  return claimed;
}

const known: Record<string, { algorithm: keyof ClaimedDigests; bytes: number }> = {
  'sha-256': { algorithm: 'sha256', bytes: 32 },
  'sha-512': { algorithm: 'sha512', bytes: 64 },
};

function dictionary(header: string, value: string): [keyof ClaimedDigests, string][] {
  const found: [keyof ClaimedDigests, string][] = [];
  for (const member of value.split(',')) {
    const parts = /^\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):\s*$/.exec(member);
    if (parts === null) throw new MalformedDigest(`${title(header)} is malformed; write sha-256=:<base64>:`);
    const kind = known[parts[1]!];
    if (kind !== undefined) found.push([kind.algorithm, base64(parts[2]!, kind.bytes, title(header))]);
  }
  if (found.length === 0) throw new MalformedDigest(`${title(header)} names no supported algorithm (sha-256, sha-512)`);
  return found;
}

function base64(text: string, bytes: number, header: string): string {
  const decoded = Buffer.from(text, 'base64');
  if (decoded.length !== bytes || decoded.toString('base64') !== text) {
    throw new MalformedDigest(`${header} is malformed: not ${bytes} bytes of base64`);
  }
  return decoded.toString('hex');
}

function claim(claimed: ClaimedDigests, algorithm: keyof ClaimedDigests, hex: string, header: string): void {
  if (claimed[algorithm] !== undefined && claimed[algorithm] !== hex) {
    throw new MalformedDigest(`${title(header)} contradicts another checksum header`);
  }
  claimed[algorithm] = hex;
}

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value;

const title = (header: string): string =>
  header.replace(/(^|-)([a-z])/g, (_, dash, letter) => dash + letter.toUpperCase());
