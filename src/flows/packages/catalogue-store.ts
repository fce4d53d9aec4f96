import { type Queryable, sql } from '../../platform/db/index.ts';
import type { BadgeFacts } from './pure/badge-svg.ts';
import type { CataloguedDataset } from './pure/dcat.ts';

/** State of the newest revision; rows and validity of the last that succeeded. */
export function findBadgeFacts(db: Queryable, ownerId: string, name: string): Promise<BadgeFacts | undefined> {
  return db.maybe(sql`
    select r.status as state, (s.stats->>'count_of_rows')::float8 as rows, s.issue_count as issues
    from flow_dataset d join flow_revision r on r.dataset_id = d.id and r.n = d.latest_n
      left join flow_revision s on s.dataset_id = d.id and s.n = d.successful_n
    where d.owner_id = ${ownerId} and d.name = ${name} and d.findability <> 'private'`);
}

/** Published datasets that have succeeded, oldest first, with the products of that revision. */
export function publishedDatasets(
  db: Queryable,
  page: { offset: number; limit: number },
): Promise<CataloguedDataset[]> {
  return db.many(sql`
    select d.owner_id as "ownerId", d.name, d.owner_name as "ownerName", r.n, r.package as descriptor,
      to_char(r.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as modified,
      (select coalesce(json_agg(json_build_object('resource', p.resource, 'path', p.path, 'sha256', p.sha256,
          'bytes', p.bytes, 'mediaType', p.media_type) order by p.position, p.resource), '[]')
        from flow_product p where p.revision_id = r.id) as products
    from flow_dataset d join flow_revision r on r.dataset_id = d.id and r.n = d.successful_n
    where d.findability = 'published' order by d.id offset ${page.offset} limit ${page.limit}`);
}
