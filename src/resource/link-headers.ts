import type { FastifyReply } from 'fastify';

/** `meta.next` and `meta.previous` once more, as a Link header (RFC 8288). */
export function linkHeaders(reply: FastifyReply, links: { next: string | null; previous: string | null }): void {
  const parts: string[] = [];
  if (links.next !== null) parts.push(`<${links.next}>; rel="next"`);
  if (links.previous !== null) parts.push(`<${links.previous}>; rel="prev"`);
  if (parts.length > 0) reply.header('link', parts.join(', '));
}
