import type { FastifyRequest } from 'fastify';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { carriesCsrfToken, findProject, verifyOwnClaims } from '../../accounts/index.ts';
import type { Context } from '../../platform/context.ts';
import type { StorageLimits } from '../owner-store.ts';
import { isObject } from '../pure/json.ts';
import { authServerKey, authServerOf, freshAuthServerKey } from './trusted-key.ts';

/** Who asks, in the terms of the spec store (contract §2.2). */
export interface FlowCaller {
  userid: string;
  maxDatasets: number;
  /** What a token says of storage. */
  storage: StorageLimits;
  service: string | undefined;
  /** A credential of ours: its rights in projects count too. */
  isOurs: boolean;
  /** Who stands behind a token this installation has signed. */
  personId?: string | undefined;
}

/**
 * From `Auth-Token`, else `jwt` in query or form, else a credential of Granary. Undefined: nobody, or nobody one may
 * believe; which of the two is not said. Throws only `signing_key_missing`.
 */
export async function flowCallerOf(context: Context, request: FastifyRequest): Promise<FlowCaller | undefined> {
  const token = headerToken(request) ?? givenText(request.query, 'jwt') ?? givenText(request.body, 'jwt');
  if (token !== undefined) return callerOfToken(context, token);
  return (await granaryCaller(context, request)) ?? bearerCaller(context, request);
}

/** May the caller act for this owner: are they it, or may they write its flows? */
export async function mayWriteFor(
  context: Context,
  request: FastifyRequest,
  caller: FlowCaller | undefined,
  ownerId: string,
): Promise<boolean> {
  if (caller === undefined) return false;
  if (caller.userid === ownerId) return true;
  return caller.isOurs && (await findProject(context, request.access, ownerId, 'flow.write')) !== undefined;
}

export async function mayReadOf(
  context: Context,
  request: FastifyRequest,
  caller: FlowCaller | undefined,
  ownerId: string,
): Promise<boolean> {
  if (caller === undefined) return false;
  if (caller.userid === ownerId) return true;
  return caller.isOurs && (await findProject(context, request.access, ownerId, 'flow.read')) !== undefined;
}

async function callerOfToken(context: Context, token: string): Promise<FlowCaller | undefined> {
  const server = authServerOf(context);
  const claims =
    server === undefined ? await verifyOwnClaims(context, token) : await verifyTheirs(context, server, token);
  const caller = claims === undefined ? undefined : callerOfClaims(context, claims);
  // Another server's `sub` names nobody here.
  return caller === undefined || server !== undefined ? caller : { ...caller, personId: claims?.sub };
}

async function verifyTheirs(context: Context, server: string, token: string): Promise<JWTPayload | undefined> {
  const options = { algorithms: ['RS256'], clockTolerance: 30, currentDate: context.now() };
  try {
    return (await jwtVerify(token, await authServerKey(context, server), options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWSSignatureVerificationFailed)) return whenRefused(error);
  }
  try {
    const key = await freshAuthServerKey(context, server);
    return key === undefined ? undefined : (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    return whenRefused(error);
  }
}

function whenRefused(error: unknown): undefined {
  if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
  throw error;
}

function callerOfClaims(context: Context, claims: JWTPayload): FlowCaller | undefined {
  const { userid, permissions, service } = claims;
  if (typeof userid !== 'string' || userid === '') return undefined;
  const isRunner = service === 'runner';
  if (context.config.authStrictService && service !== 'source' && !isRunner) return undefined;
  const granted = (isObject(permissions) ? permissions : {}) as Record<string, unknown>;
  const limit = granted.max_dataset_num;
  const megabytes = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : undefined);
  return {
    userid,
    maxDatasets: typeof limit === 'number' ? limit : 0,
    storage: {
      private: megabytes(granted.max_private_storage_mb),
      public: megabytes(granted.max_public_storage_mb),
    },
    service: typeof service === 'string' ? service : undefined,
    isOurs: false,
  };
}

/** A session or an API key of Granary, while our own keys count. The cookie only from our own pages. */
async function granaryCaller(context: Context, request: FastifyRequest): Promise<FlowCaller | undefined> {
  const { auth } = request;
  if (auth.kind === 'anonymous' || auth.kind === 'refused' || authServerOf(context) !== undefined) return undefined;
  if (auth.kind === 'cookie' && !fromOwnPage(context, request)) return undefined;
  if (auth.resources !== null || (auth.verbs !== null && !auth.verbs.includes(request.method))) return undefined;
  const maxDatasets = context.config.datasetsPerOwner;
  // What was taken away from a credential is taken away from its owner's flows too.
  const userid = auth.narrowed ? '' : auth.userId;
  const storage = { private: undefined, public: undefined };
  return { userid, maxDatasets, storage, service: undefined, isOurs: true };
}

/** Any token of the trusted key may come as Bearer too. */
async function bearerCaller(context: Context, request: FastifyRequest): Promise<FlowCaller | undefined> {
  const token = /^bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return token === undefined || token.split('.').length !== 3 ? undefined : callerOfToken(context, token);
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** These routes answer pages of any origin, so that the browser's word for where a call comes from is asked. */
function fromOwnPage(context: Context, request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin } = request.headers;
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.headers.host);
  return isOwn && (reading.has(request.method) || carriesCsrfToken(context, request));
}

function headerToken(request: FastifyRequest): string | undefined {
  const value = [request.headers['auth-token']].flat()[0]?.trim();
  return value === undefined || /^(null|undefined|)$/i.test(value) ? undefined : value;
}

function givenText(from: unknown, key: string): string | undefined {
  if (typeof from !== 'object' || from === null) return undefined;
  const value: unknown = [(from as Record<string, unknown>)[key]].flat()[0];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
