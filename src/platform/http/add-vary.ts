import type { FastifyReply } from 'fastify';

/** Adds to what an answer depends on. Who ran before, CORS among them, has had its say, and that stays. */
export function addVary(reply: FastifyReply, ...names: string[]): void {
  const given = reply.getHeader('vary');
  if (given === undefined) {
    reply.header('vary', names.join(', '));
    return;
  }
  const before = [given].flat().flatMap((text) => String(text).split(/\s*,\s*/));
  const all = new Map([...before, ...names].map((name) => [name.toLowerCase(), name]));
  reply.header('vary', [...all.values()].join(', '));
}
