import type { DocumentOrigin, DocumentValue } from '../aggregates/index.ts';
import { type Queryable, type Sql, sql } from '../platform/db/index.ts';
import { declaredMissing, numberReading } from './cell-sql.ts';
import { detail } from './derive-store.ts';

export interface Origin {
  datapointId: number;
  docTitle: string;
  sha256: string;
  line: number | null;
  uploadedBy: number | null;
  uploadedByUsername: string | null;
  mappings: DocumentOrigin['mappings'];
  passedOver: DocumentOrigin['passed_over'];
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
        '[]') as mappings,
      coalesce((select jsonb_agg(jsonb_build_object('column', c.name, 'raw', s.cells[c.position]) order by c.position)
        from document_column own join document_column c on c.document_id = own.document_id and c.role = 'indicator' and c.position < own.position
        join source_object_map m on m.id = c.source_object_map_id and not m.is_ignored and m.master_object_id = v.indicator_id
        where own.document_id = d.id and own.name = v."column" and ${saysSomething(sql`d.id`, sql`s.row_number`, sql`c.name`, sql`s.cells[c.position]`)}
          and exists (select 1 from document_issue i where i.document_id = d.id and i.row_number is null and i.code = 'duplicate_column'
            and i.column_name = c.name)), '[]') as "passedOver"
    from unnest(${known.map((one) => one.datapointId)}::int8[], ${known.map((one) => one.documentId)}::int4[],
      ${known.map((one) => one.row)}::int4[], ${known.map((one) => one.column)}::text[], ${known.map((one) => one.indicatorId)}::int4[])
      v (id, document_id, "row", "column", indicator_id)
    join source_doc d on d.id = v.document_id
    left join "user" sender on sender.id = d.created_by
    left join source_submission s on s.document_id = d.id and s.row_number = v."row"`);
}

/** Neither a word for nothing nor refused. */
const saysSomething = (document: Sql, row: Sql, column: Sql, text: Sql): Sql => sql`
  (select not n.is_missing and lower(n.said) <> all(${declaredMissing(detail(document, 'missing_values'))}) from (${numberReading(text, [])}) n)
  and not exists (select 1 from document_issue i where i.document_id = ${document} and i.row_number = ${row} and i.column_name = ${column}
    and i.severity = 'error' and not i.of_file)`;

export interface Addends {
  datapointId: number;
  cells: { row: number; line: number | null; column: string; raw: string }[];
}

/**
 * The cells that sums are made of, in the order of the file. They are kept nowhere: they are found by what the rows mean
 * now, and told only where they say what the sum says. One statement, which reads the rows of the documents once.
 */
export function addendsOfValues(db: Queryable, values: readonly DocumentValue[]): Promise<Addends[]> {
  return db.many<Addends>(sql`
    with v as materialized (
      select * from unnest(${values.map((one) => one.datapointId)}::int8[], ${values.map((one) => one.documentId)}::int4[],
        ${values.map((one) => one.indicatorId)}::int4[], ${values.map((one) => one.locationId)}::int4[],
        ${values.map((one) => one.campaignId)}::int4[], ${values.map((one) => one.dataDate)}::date[], ${values.map((one) => one.raw)}::text[])
        v (id, document_id, indicator_id, location_id, campaign_id, data_date, raw)
    ), placed as materialized (
      select s.document_id, s.row_number, s.line, s.location_id, p.master_object_id as campaign_id, s.data_date, s.indicator_map_id, s.cells
      from source_submission s left join source_object_map p on p.id = s.campaign_map_id
      where s.document_id = any(${[...new Set(values.map((one) => one.documentId))]}::int4[])
        and s.location_id = any(${[...new Set(values.map((one) => one.locationId))]}::int4[]) and s.problem is null and s.duplicate_of is null
    ), cell as materialized (
      select v.id, v.raw as said, s.document_id, s.row_number, s.line, c.position, c.name, coalesce(s.cells[c.position], '') as raw
      from v join placed s on s.document_id = v.document_id and s.location_id = v.location_id
        and case when v.campaign_id is null then s.data_date = v.data_date else s.campaign_id = v.campaign_id end
      join document_column c on c.document_id = v.document_id and c.role in ('indicator', 'value')
      join source_object_map m on m.id = case c.role when 'indicator' then c.source_object_map_id else s.indicator_map_id end
        and not m.is_ignored and m.master_object_id = v.indicator_id
    )
    select c.id::float8 as "datapointId",
      jsonb_agg(jsonb_build_object('row', c.row_number, 'line', c.line, 'column', c.name, 'raw', c.raw) order by c.row_number, c.position) as cells
    from cell c where ${saysSomething(sql`c.document_id`, sql`c.row_number`, sql`c.name`, sql`c.raw`)}
    group by c.id, c.said
    having count(*) > 1 and string_agg(c.raw, ' + ' order by c.row_number, c.position) = c.said`);
}
