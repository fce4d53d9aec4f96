/** What the request offers as a credential. */
export type Credential =
  | { kind: 'none' }
  /** An Authorization header that no form of ours fits. */
  | { kind: 'unreadable' }
  | { kind: 'basic' }
  | { kind: 'token'; token: string; source: 'bearer' | 'auth-token' | 'query' | 'api-key' };

const nothing = new Set(['', 'null', 'undefined', '""', "''"]);

/**
 * Old web clients send `Bearer null` to public routes: that is no header at all (contract scripts §2 rule 4). The
 * Authorization header wins over `Auth-Token`.
 */
export function credentialOf(headers: {
  authorization?: string | undefined;
  authToken?: string | undefined;
}): Credential {
  const { authorization, authToken } = headers;
  if (authorization !== undefined) {
    // As nearly all clients write it.
    const usual = /^Bearer ([\w.~+/=-]{9,})$/.exec(authorization);
    if (usual !== null) return { kind: 'token', token: usual[1]!, source: 'bearer' };
    const [scheme = '', ...rest] = authorization.trim().split(/\s+/);
    const value = rest.join(' ');
    switch (scheme.toLowerCase()) {
      case 'bearer':
        if (nothing.has(value.toLowerCase())) return fromAuthToken(authToken);
        return rest.length === 1 ? { kind: 'token', token: value, source: 'bearer' } : { kind: 'unreadable' };
      case 'apikey': {
        // `ApiKey user:key`; the key alone says whose it is.
        const key = value.slice(value.indexOf(':') + 1);
        return key === '' ? { kind: 'unreadable' } : { kind: 'token', token: key, source: 'api-key' };
      }
      case 'basic':
        return { kind: 'basic' };
      case '':
        return fromAuthToken(authToken);
      default:
        return { kind: 'unreadable' };
    }
  }
  return fromAuthToken(authToken);
}

function fromAuthToken(authToken: string | undefined): Credential {
  if (authToken === undefined || nothing.has(authToken.trim().toLowerCase())) return { kind: 'none' };
  return { kind: 'token', token: authToken.trim(), source: 'auth-token' };
}

/** User and password of a Basic header; undefined when it cannot be decoded. UTF-8 if it is valid UTF-8, else Latin-1. */
export function basicCredential(authorization: string | undefined): { username: string; password: string } | undefined {
  const match = /^basic\s+([A-Za-z0-9+/]+={0,2})\s*$/i.exec(authorization ?? '');
  if (match === null) return undefined;
  const text = decodeText(Buffer.from(match[1]!, 'base64'));
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

export function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
