import { join, type Queryable, sql } from '../platform/db/index.ts';
import type { FetchedSource } from './flow-run.ts';
import type { JsonObject, Product } from './pure/flow-spec.ts';

/** Bytes and rows come back as text from the driver; neither is beyond what a number holds exactly. */
const productColumns = sql`resource, path, sha256, bytes::float8 as bytes, rowcount::float8 as rowcount,
  media_type as "mediaType", descriptor, package`;

export interface StoredProduct extends Product {
  pipelineId: string;
}

/** A pipeline made again replaces what its earlier attempt had left. */
export async function insertProducts(
  tx: Queryable,
  revisionId: string,
  pipelineId: string,
  position: number,
  products: Product[],
): Promise<void> {
  await tx.exec(sql`delete from flow_product where revision_id = ${revisionId} and pipeline_id = ${pipelineId}`);
  if (products.length === 0) return;
  const rows = products.map(
    (product) => sql`(${revisionId}, ${product.resource}, ${position}::int, ${pipelineId}, ${product.path},
      ${product.sha256}, ${product.bytes}::bigint, ${product.rowcount}::bigint, ${product.mediaType},
      ${JSON.stringify(product.descriptor)}::json, ${JSON.stringify(product.package)}::json)`,
  );
  await tx.exec(sql`
    insert into flow_product (revision_id, resource, position, pipeline_id, path, sha256, bytes, rowcount, media_type,
      descriptor, package)
    values ${join(rows)}`);
}

/** In plan order. */
export function productsOfRevision(db: Queryable, revisionId: string): Promise<StoredProduct[]> {
  return db.many(sql`
    select ${productColumns}, pipeline_id as "pipelineId" from flow_product where revision_id = ${revisionId}
    order by position, resource`);
}

export function sourcesOfRevision(db: Queryable, revisionId: string): Promise<FetchedSource[]> {
  return db.many(sql`
    select url, sha256, bytes::float8 as bytes, etag, last_modified as "lastModified", final_url as "finalUrl"
    from flow_source where revision_id = ${revisionId} order by url`);
}

export function findProduct(db: Queryable, revisionId: string, resource: string): Promise<StoredProduct | undefined> {
  return db.maybe(sql`
    select ${productColumns}, pipeline_id as "pipelineId" from flow_product
    where revision_id = ${revisionId} and resource = ${resource}`);
}

/** Bytes of a dataset at their immutable address: any of its revisions that had them. */
export function findProductBytes(
  db: Queryable,
  datasetId: string,
  resource: string,
  sha256: string,
): Promise<{ bytes: number; mediaType: string; path: string } | undefined> {
  return db.maybe(sql`
    select p.bytes::float8 as bytes, p.media_type as "mediaType", p.path
    from flow_product p join flow_revision r on r.id = p.revision_id
    where p.sha256 = ${sha256} and p.resource = ${resource} and r.dataset_id = ${datasetId} limit 1`);
}

export async function replaceSources(tx: Queryable, revisionId: string, sources: FetchedSource[]): Promise<void> {
  for (const source of sources) {
    await tx.exec(sql`
      insert into flow_source (revision_id, url, sha256, bytes, etag, last_modified, final_url)
      values (${revisionId}, ${source.url}, ${source.sha256}, ${source.bytes}::bigint, ${source.etag ?? null},
        ${source.lastModified ?? null}, ${source.finalUrl ?? null})
      on conflict (revision_id, url) do update set sha256 = excluded.sha256, bytes = excluded.bytes,
        etag = excluded.etag, last_modified = excluded.last_modified, final_url = excluded.final_url`);
  }
}

/** Bytes each address gave a dataset when it was fetched last. */
export async function lastFetched(
  db: Queryable,
  datasetId: string,
  urls: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db.many<{ url: string; bytes: number }>(sql`
    select distinct on (s.url) s.url, s.bytes::float8 as bytes
    from flow_source s join flow_revision r on r.id = s.revision_id
    where r.dataset_id = ${datasetId} and s.url = any(${[...urls]}::text[])
    order by s.url, r.n desc`);
  return new Map(rows.map(({ url, bytes }) => [url, bytes]));
}

export function packageOfRevision(
  db: Queryable,
  datasetId: string,
  n: number,
): Promise<{ id: string; package: JsonObject | null; fingerprint: string | null } | undefined> {
  return db.maybe(sql`select id, package, fingerprint from flow_revision where dataset_id = ${datasetId} and n = ${n}`);
}
