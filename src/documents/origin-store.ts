import type { DocumentOrigin, DocumentValue } from '../aggregates/index.ts';
import { type Queryable, type Sql, sql } from '../platform/db/index.ts';

export interface Origin {
  datapointId: number;
  docTitle: string;
  sha256: string;
  line: number | null;
  uploadedBy: number | null;
  uploadedByUsername: string | null;
  mappings: DocumentOrigin['mappings'];
  canReadRows: boolean;
}

/** One statement for all of them; `canRead` says of a document `d` whether the caller may read its rows. */
export function originsOfValues(db: Queryable, values: readonly DocumentValue[], canRead: Sql): Promise<Origin[]> {
  const known = values.filter((one) => one.documentId !== null);
  return db.many<Origin>(sql`
    select v.id as "datapointId", d.doc_title as "docTitle", d.sha256, ${canRead} as "canReadRows",
      s.line, sender.number as "uploadedBy", sender.username as "uploadedByUsername",
      coalesce((select jsonb_agg(jsonb_build_object('id', m.id, 'code', m.source_object_code, 'content_type', m.content_type,
          'mapped_by_id', u.number, 'mapped_by', u.username) order by m.content_type)
        from source_object_map m left join "user" u on u.id = m.mapped_by where m.id in (s.location_map_id, s.campaign_map_id, s.indicator_map_id,
          (select c.source_object_map_id from document_column c where c.document_id = d.id and c.name = v."column" and c.role = 'indicator'))),
        '[]') as mappings
    from unnest(${known.map((one) => one.datapointId)}::int8[], ${known.map((one) => one.documentId)}::int4[],
      ${known.map((one) => one.row)}::int4[], ${known.map((one) => one.column)}::text[]) v (id, document_id, "row", "column")
    join source_doc d on d.id = v.document_id
    left join "user" sender on sender.id = d.created_by
    left join source_submission s on s.document_id = d.id and s.row_number = v."row"`);
}
