import { type Queryable, type Sql, sql } from '../platform/db/index.ts';
import { foundMark } from './cell-sql.ts';

/** By the names of details, so that what was found can be declared. */
export interface FoundReading {
  /** Header; in a long file the indicator's code. */
  column: string;
  date_order?: string;
  decimal?: string;
}

const isDeclared = (names: readonly string[]): Sql => sql`exists (select 1 from doc_detail x
  join doc_detail_type y on y.id = x.doc_detail_type_id where x.document_id = d.id and y.name = any(${[...names]}::text[]))`;

/**
 * How columns were found to be written where nobody said so: the order of their days, and the decimal mark where it is a
 * comma or decides what a number such as 1,200 is.
 */
export async function foundReadings(db: Queryable, documentId: number): Promise<FoundReading[]> {
  const rows = await db.many<{ reading: FoundReading }>(sql`
    with found as (
      select 0 as rank, c.name as "column", c.date_order, null::text as decimal from document_column c
      where c.document_id = ${documentId}::int and c.role = 'date'
      union all
      select 1, m.source_object_code, case when i.data_format in ('date', 'date_int') and not ${isDeclared(['date_order'])} then
          nullif(concat_ws(', ', case when c.day_first_only > 0 then 'DMY' end, case when c.month_first_only > 0 then 'MDY' end), '') end,
        case when i.data_format in ('int', 'float', 'pct') and not ${isDeclared(['decimal', 'thousands'])} then
          case when c.point_or_comma > 0 or c.comma_only > 0 and c.point_only = 0 then ${foundMark} end end
      from source_doc d join document_code c on c.document_id = d.id
      join source_object_map m on m.id = c.source_object_map_id and m.content_type = 'indicator' and not m.is_ignored
      join indicator i on i.id = m.master_object_id and i.resource_name = d.file_type
      where d.id = ${documentId}::int
    )
    select jsonb_strip_nulls(jsonb_build_object('column', "column", 'date_order', date_order, 'decimal', decimal)) as reading
    from found where date_order is not null or decimal is not null order by rank, "column"`);
  return rows.map(({ reading }) => reading);
}
