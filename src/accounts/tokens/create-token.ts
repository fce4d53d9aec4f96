import type { Context } from '../../platform/context.ts';
import { randomSecret, sha256 } from '../../platform/crypto/index.ts';
import type { Queryable } from '../../platform/db/index.ts';
import { AppError, type ErrorDetail } from '../../platform/errors/index.ts';
import { isRight } from '../rights.ts';
import { tokenPrefix } from '../sessions/authenticate.ts';
import { insertToken } from './store.ts';

export interface TokenRequest {
  name: string;
  rights?: string[] | undefined;
  verbs?: string[] | undefined;
  resources?: string[] | undefined;
  projectIds?: string[] | undefined;
  locationIds?: number[] | undefined;
  expiresAt?: Date | undefined;
}

/** The secret is in the answer this once; we keep its hash. Throws `invalid_request` for an unknown right. */
export async function createToken(
  context: Context,
  userId: string,
  request: TokenRequest,
  tx: Queryable = context.db,
): Promise<{ id: string; secret: string }> {
  const unknown: ErrorDetail[] = (request.rights ?? []).flatMap((name, index) =>
    isRight(name)
      ? []
      : [{ pointer: `/rights/${index}`, code: 'unknown_right', message: `there is no right '${name}'` }],
  );
  if (unknown.length > 0) throw new AppError(400, 'invalid_request', unknown[0]!.message, { errors: unknown });
  const id = context.newId();
  const secret = tokenPrefix + randomSecret();
  await insertToken(tx, {
    id,
    userId,
    name: request.name,
    prefix: secret.slice(0, tokenPrefix.length + 6),
    hash: sha256(secret),
    rights: request.rights ?? null,
    verbs: request.verbs ?? null,
    resources: request.resources ?? null,
    projectIds: request.projectIds ?? null,
    locationIds: request.locationIds ?? null,
    expiresAt: request.expiresAt ?? null,
  });
  return { id, secret };
}
