import type { FastifyRequest } from 'fastify';

/** One preference of the `Prefer` header (RFC 7240); the empty text where it has no value. */
export function preference(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers.prefer;
  if (header === undefined) return undefined;
  for (const part of [header].flat().join(',').split(/[,;]/)) {
    const [key, value = ''] = part.split('=');
    if (key?.trim().toLowerCase() === name) return value.trim().replace(/^"|"$/g, '').toLowerCase();
  }
  return undefined;
}
