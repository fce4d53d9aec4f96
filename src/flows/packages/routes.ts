import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { type App, matchesTag, sendBlob } from '../../platform/http/index.ts';
import { flowCallerOf, mayReadOf } from '../auth/flow-caller.ts';
import { flowNotFound, packageForbidden } from '../errors.ts';
import { getRevision } from '../find-flow.ts';
import { findProduct, findProductBytes } from '../product-store.ts';
import { isTerminal } from '../pure/apply-report.ts';
import { type FlowDataset, findDataset, planOfRevision } from '../store.ts';
import { badgeOf } from './badge.ts';
import { sendCatalogue } from './catalogue.ts';
import { packageBaseOf } from './package-base.ts';

const config = { ownAuthentication: true, csrf: false } as const;
const schemaOf = (summary: string) => ({ tags: ['package'], summary });

interface Params {
  owner: string;
  dataset: string;
  part: string;
  resource: string;
  sha256: string;
  file: string;
}

/** Packages, their files, the short addresses, the badge and the catalogue (contract flows §6.4, §11). */
export function packageRoutes(app: App, context: Context): void {
  const get = (
    url: string,
    summary: string,
    handle: (request: FastifyRequest, reply: FastifyReply, params: Params) => unknown,
  ) =>
    app.get(url, { config, schema: schemaOf(summary) }, (request, reply) =>
      handle(request, reply, request.params as Params),
    );

  get('/package/:owner/:dataset/datapackage.json', 'The newest successful package', async (request, reply, params) => {
    const dataset = await getOpen(context, request, params);
    return redirect(reply, dataset, `/${successfulOf(dataset)}/datapackage.json`);
  });
  get(
    '/package/:owner/:dataset/:part/datapackage.json',
    'Package of a revision, or newest of a resource',
    async (request, reply, params) => {
      const dataset = await getOpen(context, request, params);
      if (!/^[1-9]\d{0,8}$/.test(params.part))
        return redirect(
          reply,
          dataset,
          `/${successfulOf(dataset)}/${encodeURIComponent(params.part)}/datapackage.json`,
        );
      const revision = await getRevision(context, dataset, params.part);
      const { package: descriptor } = await planOfRevision(context.db, revision.id);
      return sendPackage(request, reply, dataset, descriptor, isTerminal(revision.status));
    },
  );
  get(
    '/package/:owner/:dataset/:part/:resource/datapackage.json',
    'Package of one product',
    async (request, reply, params) => {
      const dataset = await getOpen(context, request, params);
      const revision = await getRevision(context, dataset, params.part);
      const product = await findProduct(context.db, revision.id, params.resource);
      return sendPackage(request, reply, dataset, product?.package ?? null, true);
    },
  );
  get(
    '/package/:owner/:dataset/:part/:resource/:sha256/:file',
    'Bytes of a product, by their hash',
    async (request, reply, params) => {
      const dataset = await getOpen(context, request, params);
      const product = await findProductBytes(context.db, dataset.id, params.part, params.sha256);
      if (product === undefined || product.path !== `${params.resource}/${params.file}`) throw flowNotFound();
      guard(reply, dataset, true);
      const { bytes, mediaType } = product;
      return sendBlob(context, request, reply, { sha256: params.sha256, bytes, fileName: params.file, mediaType });
    },
  );

  get('/d/:owner/:dataset/datapackage.json', 'The newest successful package', async (request, reply, params) => {
    const dataset = await getOpen(context, request, params);
    return redirect(reply, dataset, `/${successfulOf(dataset)}/datapackage.json`);
  });
  get('/d/:owner/:dataset/v/:part', 'Package of a revision', async (request, reply, params) => {
    const dataset = await getOpen(context, request, params);
    const { n } = await getRevision(context, dataset, params.part);
    return redirect(reply, dataset, `/${n}/datapackage.json`);
  });
  get('/d/:owner/:dataset/r/:file', 'Newest CSV, JSON or Parquet of a resource', async (request, reply, params) => {
    const dataset = await getOpen(context, request, params);
    const [, resource, format] = /^(.+)\.(csv|json|parquet)$/.exec(params.file) ?? [];
    if (resource === undefined) throw flowNotFound();
    const revision = await getRevision(context, dataset, String(successfulOf(dataset)));
    const product = await findProduct(context.db, revision.id, `${resource}_${format}`);
    if (product === undefined) throw flowNotFound();
    const [folder, file] = product.path.split('/');
    return redirect(reply, dataset, `/${encodeURIComponent(product.resource)}/${folder}/${product.sha256}/${file}`);
  });

  get('/badge/:owner/:file', 'State, rows and validity of a dataset, as a picture', (_request, reply, params) =>
    badgeOf(context, reply, params.owner, params.file),
  );
  get('/dcat.jsonld', 'DCAT of all published datasets, JSON-LD', (request, reply) =>
    sendCatalogue(context, request, reply, 'jsonld'),
  );
  get('/dcat.ttl', 'DCAT of all published datasets, Turtle', (request, reply) =>
    sendCatalogue(context, request, reply, 'ttl'),
  );

  function redirect(reply: FastifyReply, dataset: FlowDataset, path: string): FastifyReply {
    guard(reply, dataset, false);
    const { ownerId, name } = dataset;
    const base = packageBaseOf(context);
    // Relative to this server where it does not know its public address.
    const start = context.config.baseUrl === undefined ? '/package' : base;
    return reply.redirect(`${start}/${encodeURIComponent(ownerId)}/${encodeURIComponent(name)}${path}`, 302);
  }
}

/** Files of a private dataset answer 403 to strangers: their addresses are known only to who was told. */
async function getOpen(context: Context, request: FastifyRequest, params: Params): Promise<FlowDataset> {
  const dataset = await findDataset(context.db, params.owner, params.dataset);
  if (dataset === undefined) throw flowNotFound();
  if (dataset.findability !== 'private') return dataset;
  if (await mayReadOf(context, request, await flowCallerOf(context, request), dataset.ownerId)) return dataset;
  throw packageForbidden();
}

function successfulOf({ successfulN }: FlowDataset): number {
  if (successfulN === null) throw flowNotFound();
  return successfulN;
}

function guard(reply: FastifyReply, { findability }: FlowDataset, isImmutable: boolean): void {
  const open = isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache';
  reply.headers({
    'cache-control': findability === 'private' ? 'private, no-store' : open,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  });
}

function sendPackage(
  request: FastifyRequest,
  reply: FastifyReply,
  dataset: FlowDataset,
  descriptor: unknown,
  isImmutable: boolean,
): FastifyReply {
  if (descriptor === null) throw flowNotFound();
  const text = JSON.stringify(descriptor);
  const etag = `"${sha256(text).toString('hex')}"`;
  guard(reply, dataset, isImmutable);
  reply.header('etag', etag).header('content-disposition', 'attachment; filename="datapackage.json"');
  const known = request.headers['if-none-match'];
  if (known !== undefined && matchesTag(known, etag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(text);
}
