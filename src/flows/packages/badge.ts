import type { FastifyReply } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { flowNotFound } from '../errors.ts';
import { findBadgeFacts } from './catalogue-store.ts';
import { badgeSvg } from './pure/badge-svg.ts';

/** `GET /badge/{owner}/{dataset}.svg`: a private dataset and none at all look the same. */
export async function badgeOf(
  context: Context,
  reply: FastifyReply,
  owner: string,
  file: string,
): Promise<FastifyReply> {
  const name = /^(.+)\.svg$/.exec(file)?.[1];
  if (name === undefined) throw flowNotFound();
  const facts = await findBadgeFacts(context.db, owner, name);
  return reply
    .headers({
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    })
    .type('image/svg+xml')
    .send(badgeSvg(facts));
}
