import { type Queryable, type Sql, sql, type Tx } from '../platform/db/index.ts';

/** SQL of documents that bring rows of another one again, corrected. */

/**
 * (document_id, row_number) of the rows that rows of corrections stand for: of the document they correct, and of its
 * corrections before them.
 */
function namedRows(corrected: Sql, earlier: Sql, counts: Sql = sql`true`): Sql {
  return sql`
    select o.document_id, o.row_number from source_doc c
    join source_submission s on s.document_id = c.id and s.corrects_row is not null
    join source_submission o on o.document_id = c.corrects and o.row_number = s.corrects_row
    where ${corrected} and ${counts}
    union
    select o.document_id, o.row_number from source_doc c
    join source_doc e on e.corrects = c.corrects and e.id < c.id
    join source_submission s on s.document_id = c.id and s.corrects_row is not null
    join source_submission o on o.document_id = e.id and o.corrects_row = s.corrects_row
    where ${earlier} and ${counts}`;
}

/** Whatever these corrections say of them by now. */
export const rowsNamedBy = (ids: readonly number[]): Sql => {
  const isOne = sql`c.id = any(${[...ids]}::int[])`;
  return namedRows(isOne, isOne);
};

export async function documentsNamedBy(tx: Queryable, ids: readonly number[]): Promise<number[]> {
  const rows = await tx.many<{ id: number }>(
    sql`select distinct document_id as id from (${rowsNamedBy(ids)}) n order by id`,
  );
  return rows.map(({ id }) => id);
}

/** What a correction that is gone may have stood for: the document, and its corrections before that one. */
export async function documentsCorrectedBefore(tx: Queryable, id: number, corrects: number): Promise<number[]> {
  const rows = await tx.many<{ id: number }>(
    sql`select id from source_doc where id = ${corrects}::int or corrects = ${corrects}::int and id < ${id}::int order by id`,
  );
  return rows.map(({ id: one }) => one);
}

/** Only of rows that became values; and who may enter none at the old row's place cannot take its values away. */
const counts = sql`c.state <> 'undone' and s.process_status in ('PROCESSED', 'PARTIAL')
  and (c.capture_tops is null or o.location_id is null or exists (select 1 from location_tree t
    where t.location_id = o.location_id and t.parent_location_id = any(c.capture_tops)))`;

/**
 * The rows of the documents being derived that a correction stands for, in `derived_superseded`: none of their values
 * counts. Answers whether there are any.
 */
export async function insertSuperseded(tx: Tx, documentIds: readonly number[]): Promise<boolean> {
  const isDerived = sql`= any(${[...documentIds]}::int[])`;
  const found = await tx.exec(
    sql`insert into derived_superseded ${namedRows(sql`c.corrects ${isDerived}`, sql`e.id ${isDerived}`, counts)}`,
  );
  return found > 0;
}

/** Of rows with the same key the last one counts that no correction stands for, and that its uploader may enter. */
export async function passRowsOver(tx: Tx): Promise<void> {
  await tx.exec(sql`
    with out as materialized (
      select document_id, row_number from derived_superseded
      union select r.document_id, r.row_number from derived_row r join document_column c on c.document_id = r.document_id
        and c.role = 'unique_key' where r.problem = 'outside_scope'
    ), passed as (
      select distinct o.document_id, coalesce(s.duplicate_of, s.row_number) as last
      from out o join source_submission s using (document_id, row_number)
    ), left_over as (
      select p.document_id, p.last, max(s.row_number) as row_number
      from passed p join source_submission s on s.document_id = p.document_id and coalesce(s.duplicate_of, s.row_number) = p.last
      where s.problem is null and not exists (select 1 from out o where o.document_id = s.document_id and o.row_number = s.row_number)
      group by p.document_id, p.last
    )
    update derived_row r set duplicate_of = nullif(l.row_number, r.row_number) from left_over l
    where r.document_id = l.document_id and coalesce(r.duplicate_of, r.row_number) = l.last
      and not exists (select 1 from out o where o.document_id = r.document_id and o.row_number = r.row_number)`);
}

/** Rows that name a row which is not there stand for nothing; rows that name none are new ones. */
export async function refuseUnknownRows(tx: Tx, documentId: number, column: number): Promise<void> {
  await tx.exec(sql`
    update source_submission s set problem = 'unknown_row' from source_doc d
    where d.id = ${documentId}::int and s.document_id = d.id and s.problem is null
      and coalesce(s.cells[${column}::int], '') ~ '[^[:space:]]'
      and not exists (select 1 from source_submission o where o.document_id = d.corrects and o.row_number = s.corrects_row)
      -- Rows that could not be read at all have a number as well.
      and not exists (select 1 from document_issue i where i.document_id = d.corrects and i.row_number = s.corrects_row)`);
}
