import { createHmac } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { Context } from '../../platform/context.ts';

export const sessionCookie = 'granary_session';
/** Named as Django names it, because that is what the monitoring clients look for. */
export const csrfCookie = 'csrftoken';
/** Opens the two download routes of the script contract for a browser that cannot send a header; nothing else. */
export const downloadCookie = 'granary_dl';

/** A page of another origin can make the browser send the cookie, but cannot read this value. */
export function csrfTokenOf(context: Context, sessionId: string): string {
  return createHmac('sha256', context.secretFor('csrf')).update(sessionId).digest('base64url');
}

export function setSessionCookies(
  context: Context,
  reply: FastifyReply,
  session: { sessionId: string; cookie: string },
): void {
  const options = cookieOptions(context);
  reply.setCookie(sessionCookie, session.cookie, { ...options, httpOnly: true });
  reply.setCookie(csrfCookie, csrfTokenOf(context, session.sessionId), { ...options, httpOnly: false });
}

export function clearSessionCookies(reply: FastifyReply): void {
  for (const name of [sessionCookie, csrfCookie, downloadCookie]) reply.clearCookie(name, { path: '/' });
}

export function setDownloadCookie(context: Context, reply: FastifyReply, accessToken: string): void {
  reply.setCookie(downloadCookie, accessToken, { ...cookieOptions(context), httpOnly: true });
}

function cookieOptions(context: Context) {
  return {
    path: '/',
    sameSite: 'lax' as const,
    secure: context.config.baseUrl?.startsWith('https:') ?? false,
    maxAge: context.config.refreshTokenSeconds,
  };
}
