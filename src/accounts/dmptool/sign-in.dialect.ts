import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { App } from '../../platform/http/index.ts';
import { oldestProjectOf } from '../projects/store.ts';
import { basicCredential, credentialOf, decodeText } from '../pure/bearer.ts';
import { networkOf } from '../pure/network-of.ts';
import { issueSession } from '../sessions/issue-session.ts';
import { tryRefresh } from '../sessions/refresh-session.ts';
import { signIn } from '../sessions/sign-in.ts';
import { revokeSession } from '../sessions/store.ts';
import { revokeToken } from '../tokens/store.ts';
import { requirePassword, setPassword } from '../users/change-password.ts';
import {
  DmptoolRefusal,
  dmptoolScope,
  jsonObjectOf,
  missingHeader,
  requireDmptoolUser,
  tokenRefusal,
} from './scope.ts';

/** `/login`, `/logout`, `/changepassword`, `/refresh` of contract plans §2.3, to the byte. */
export function dmptoolSignIn(app: App, context: Context): Promise<void> {
  return dmptoolScope(app, context, [
    { method: 'GET', url: '/login', handler: (request, reply) => login(context, request, reply) },
    { method: 'DELETE', url: '/logout', handler: (request) => logout(context, request) },
    { method: 'PUT', url: '/changepassword', handler: (request) => changePassword(context, request) },
    { method: 'GET', url: '/refresh', handler: (request) => refresh(context, request) },
    {
      method: 'POST',
      url: '/refresh',
      handler: async (request, reply) => reply.code(201).send(await refresh(context, request)),
    },
  ]);
}

async function login(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { authorization, accept } = request.headers;
  if (authorization === undefined && /^\s*text\/html\b/i.test(accept ?? '')) return reply.redirect('/app/', 303);
  const basic = basicCredential(authorization);
  if (basic === undefined) throw unauthenticated('Unauthenticated. Not basic auth send with username or password.');
  const user = await signIn(context, basic.username, basic.password, networkOf(request.ip)).catch((error: unknown) => {
    throw inDialect(error);
  });
  const session = await context.db.transaction((tx) =>
    issueSession(context, tx, user, {
      kind: 'password',
      deviceInfo: request.headers['user-agent'],
      accessSeconds: context.config.dmptoolTokenSeconds,
    }),
  );
  const project = await oldestProjectOf(context.db, user.id);
  return {
    access_token: session.accessToken,
    refresh_token: session.refreshToken,
    username: user.username,
    email: user.email ?? 'none',
    project: project?.title ?? 'none',
    project_description: project === undefined ? '' : project.description || 'none',
  };
}

function inDialect(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code === 'invalid_credentials') return unauthenticated('Unauthenticated. Error in log in.');
  if (error.code !== 'account_locked') return error;
  const seconds = Number(error.extra.minutes_remaining) * 60;
  return new DmptoolRefusal(429, { error: 'Too many log in attempts.' }, { 'retry-after': String(seconds) });
}

async function logout(context: Context, request: FastifyRequest): Promise<unknown> {
  const auth = requireDmptoolUser(request);
  if (auth.sessionId !== null) await revokeSession(context.db, auth.sessionId, auth.userId);
  if (auth.tokenId !== null) await revokeToken(context.db, auth.userId, auth.tokenId);
  return { msg: 'Successfully logged out.' };
}

async function changePassword(context: Context, request: FastifyRequest): Promise<unknown> {
  const auth = requireDmptoolUser(request);
  // What acts for a person must not be able to lock the person out.
  if (auth.kind !== 'session') throw tokenRefusal('wrong_type');
  const body = jsonObjectOf(request);
  const fromHeader = passwordHeader(context, request);
  if (fromHeader === undefined && typeof body?.current_password === 'string' && typeof body.new_password === 'string') {
    await requirePassword(context, auth.userId, body.current_password).catch(() => {
      throw unauthenticated('Unauthenticated. Error in log in.');
    });
  }
  const password = fromHeader ?? (typeof body?.current_password === 'string' ? body.new_password : undefined);
  if (typeof password !== 'string' || password === '') {
    throw new DmptoolRefusal(400, { error: 'Error. The newpassword is not in the headers.' });
  }
  await setPassword(context, auth.userId, password, auth.sessionId).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'weak_password'
      ? new DmptoolRefusal(400, { error: 'Error. The newpassword does not meet the password policy.' })
      : error;
  });
  return { msg: 'Password change successfully.' };
}

/** Header bytes arrive as Latin-1; they are UTF-8 where they are valid UTF-8. */
function passwordHeader(context: Context, request: FastifyRequest): string | undefined {
  const { newpassword } = request.headers;
  if (!context.config.dmptoolPasswordHeader || typeof newpassword !== 'string' || newpassword === '') return undefined;
  return decodeText(Buffer.from(newpassword, 'latin1'));
}

async function refresh(context: Context, request: FastifyRequest): Promise<{ access_token: string }> {
  const { auth } = request;
  if (auth.kind === 'anonymous' || auth.kind === 'cookie') throw missingHeader(request);
  if (auth.kind !== 'refused') throw new DmptoolRefusal(422, { msg: 'Only refresh tokens are allowed' });
  if (auth.reason !== 'wrong_type') throw tokenRefusal(auth.reason);
  const credential = credentialOf({ authorization: request.headers.authorization, authToken: undefined });
  if (credential.kind !== 'token') throw missingHeader(request);
  const accessSeconds = context.config.dmptoolTokenSeconds;
  const outcome = await tryRefresh(context, credential.token, { rotate: false, accessSeconds });
  if (typeof outcome === 'string') throw tokenRefusal(outcome);
  return { access_token: outcome.accessToken };
}

const unauthenticated = (text: string) => new DmptoolRefusal(401, { error: text });
