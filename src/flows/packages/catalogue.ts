import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { publishedDatasets } from './catalogue-store.ts';
import { packageBaseOf } from './package-base.ts';
import { dcatJson, dcatTurtle } from './pure/dcat.ts';

const pageSize = 100;

/** What is published and has succeeded, a hundred datasets a page: `?page=2`. */
export async function sendCatalogue(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  form: 'jsonld' | 'ttl',
): Promise<FastifyReply> {
  const given: unknown = (request.query as Record<string, unknown>).page;
  const page = typeof given === 'string' && /^[1-9]\d{0,5}$/.test(given) ? Number(given) : 1;
  // One more than a page tells whether there is a next one.
  const found = await publishedDatasets(context.db, { offset: (page - 1) * pageSize, limit: pageSize + 1 });
  const base = packageBaseOf(context);
  const here = `${base.replace(/\/package$/, '')}/dcat.${form}`;
  const catalogue = {
    url: `${here}?page=${page}`,
    next: found.length > pageSize ? `${here}?page=${page + 1}` : undefined,
    base,
    datasets: found.slice(0, pageSize),
  };
  reply.header('cache-control', 'no-cache');
  return form === 'jsonld'
    ? reply.type('application/ld+json; charset=utf-8').send(JSON.stringify(dcatJson(catalogue)))
    : reply.type('text/turtle; charset=utf-8').send(dcatTurtle(catalogue));
}
