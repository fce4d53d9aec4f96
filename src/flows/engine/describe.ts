import { createHash } from 'node:crypto';
import type { Relation } from '../../recipes/index.ts';
import type { FlowRun } from '../flow-run.ts';
import type { JsonObject, Product } from '../pure/flow-spec.ts';

const packageSchema = 'https://datapackage.org/profiles/2.0/datapackage.json';
export const csvDialect = {
  lineTerminator: '\r\n',
  delimiter: ',',
  doubleQuote: true,
  quoteChar: '"',
  skipInitialSpace: false,
};

export interface Stored {
  resource: string;
  path: string;
  sha256: string;
  bytes: number;
  rowcount: number | null;
  mediaType: string;
}

/** Where a product's bytes are: by hash, shared by all revisions (contract flows §6.4). */
export function productUrl(run: FlowRun, { resource, path, sha256 }: Stored): string {
  const { ownerid, dataset } = run.spec.meta;
  const [folder, file] = path.split('/') as [string, string];
  return `${run.packageBase}/${ownerid}/${dataset}/${resource}/${folder}/${sha256}/${file}`;
}

export const productPackageUrl = (run: FlowRun, resource: string): string =>
  `${run.packageBase}/${run.flowId}/${resource}/datapackage.json`;

export const schemaOf = ({ fields, schema }: Relation): JsonObject => ({ fields, ...schema }) as unknown as JsonObject;

/** The product as it stands in packages, and its own package. */
export function describeProduct(run: FlowRun, stored: Stored, more: JsonObject, packageName?: string): Product {
  const { resource, bytes, sha256, rowcount } = stored;
  const descriptor: JsonObject = {
    name: resource,
    path: productUrl(run, stored),
    ...more,
    bytes,
    hash: `sha256:${sha256}`,
    ...(rowcount === null ? {} : { rowcount }),
  };
  const name = packageName ?? nameOf(run);
  return {
    ...stored,
    descriptor,
    package: { $schema: packageSchema, name, resources: [descriptor] },
  };
}

export const nameOf = (run: FlowRun): string => {
  const { name } = run.spec.inputs[0].parameters.descriptor;
  return typeof name === 'string' ? name : run.spec.meta.dataset;
};

/** The whole package (contract flows §6.2). `bytes` counts the file itself, which holds that very number. */
export function describePackage(run: FlowRun, given: { keys: JsonObject; products: Product[] }): JsonObject {
  const { products, keys } = given;
  const { ownerid, dataset } = run.spec.meta;
  const listed = products.filter(({ descriptor }) => descriptor.name !== undefined);
  const rowcount = listed
    .filter(({ descriptor }) => (descriptor.datahub as JsonObject | undefined)?.type === 'derived/csv')
    .reduce((sum, product) => sum + (product.rowcount ?? 0), 0);
  const hash = createHash('sha256');
  for (const product of listed) hash.update(`${product.resource} ${product.sha256}\n`);
  const views = Array.isArray(keys.views) ? [...keys.views] : [];
  for (const { name, type } of run.plan.resources) {
    if (type !== 'source/tabular') continue;
    const view = `datahub-preview-${name}_csv_preview`;
    if (views.some((one) => (one as JsonObject | null)?.name === view)) continue;
    views.push({
      name: view,
      specType: 'table',
      datahub: { type: 'preview' },
      transform: { limit: 2000 },
      resources: [name],
    });
  }
  const resourceBytes = listed.reduce((sum, product) => sum + product.bytes, 0);
  const made = (bytes: number): JsonObject => ({
    $schema: packageSchema,
    ...keys,
    id: `${ownerid}/${dataset}`,
    datahub: {
      ownerid,
      owner: run.owner,
      findability: run.findability,
      flowid: run.flowId,
      modified: run.acceptedAt,
      created: run.createdAt,
      stats: { rowcount, bytes },
      hash: hash.copy().digest('hex'),
    },
    resources: listed.map(({ descriptor }) => descriptor),
    views,
  });
  let bytes = resourceBytes;
  // The number's own digits may add a byte; two rounds settle it.
  for (let round = 0; round < 3; round += 1) bytes = resourceBytes + Buffer.byteLength(JSON.stringify(made(bytes)));
  return made(bytes);
}
