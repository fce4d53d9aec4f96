import { compileSql, join, raw, type Sql, sql } from '../platform/db/index.ts';
import type { Access } from '../resource/index.ts';

/** Who sees documents, their rows and their codes: predicates for rows that do not lie at one place. */

/** Nothing, where nothing could make it true: then the caller is refused before any row is looked at. */
function either(...ways: { when?: Sql; may: Sql; wrap?: (may: Sql) => Sql }[]): Sql {
  const open = ways.filter(({ may }) => !isNever(may));
  if (open.length === 0) return raw('false');
  const pieces = open.map(({ when, may, wrap = (inner) => inner }) =>
    when === undefined ? wrap(may) : sql`(${when} and ${wrap(may)})`,
  );
  return sql`(${join(pieces, raw(' or '))})`;
}

const isNever = (piece: Sql): boolean => compileSql(piece).text === 'false';

/** Whose document it is, and who sees everything; to read, also whoever sees a place it is about. */
export function documentVisible(right: string, access: Access, document: Sql): Sql {
  const own = { may: ownDocument(right, access, document) };
  if (right !== 'document.read') return either(own);
  return either(own, {
    may: access.where('document.read', { location: raw('dm.master_object_id') }),
    wrap: (
      may,
    ) => sql`exists (select 1 from document_code dc join source_object_map dm on dm.id = dc.source_object_map_id
      and dm.content_type = 'location' and dm.master_object_id > 0 where dc.document_id = ${document} and ${may})`,
  });
}

function ownDocument(right: string, access: Access, document: Sql): Sql {
  const owner = sql`(select o.created_by from source_doc o where o.id = ${document})`;
  return access.where(right, { owner });
}

/** What is told of all of it, such as the file: to whoever sent it, and to those who see every place that is mapped in it. */
export function everyPlaceVisible(access: Access, document: Sql): Sql {
  return sql`(${ownDocument('document.write', access, document)} or not exists (
    select 1 from document_code ec join source_object_map em on em.id = ec.source_object_map_id and em.content_type = 'location'
      and em.master_object_id > 0
    where ec.document_id = ${document} and not ${access.where('location.read', { location: raw('em.master_object_id') })}))`;
}

/**
 * Rows or issues of documents with the place they lie at as `seen_location_id`: null also where the caller does not see
 * the place. To whoever sent it, a row outside their places looks as if nobody knew its place.
 */
export function rowsSeenBy(access: Access, table: 'source_submission' | 'document_issue'): Sql {
  const location = raw('r.location_id');
  const may = access.where('datapoint.read', { location });
  const suggestion = table === 'document_issue' ? sql`, ${suggestionSeen(access)} as seen_suggestion` : raw('');
  return sql`select r.*, case when ${may} then ${location} end as seen_location_id ${suggestion} from ${raw(table)} r`;
}

/** The suggestions of a code `t` without places the caller does not see, as which the file's sender may not know them. */
export function suggestionsSeen(access: Access): Sql {
  const sees = (place: string) => access.where('location.read', { location: raw(place) });
  if (compileSql(sees('l.id')).text === 'true') return raw('t.suggestions');
  return sql`case when t.content_type <> 'location' then t.suggestions else coalesce((
      select jsonb_agg(case when ${sees('l.parent_location_id')} then s.one else s.one - 'parent' end order by s.n)
      from jsonb_array_elements(t.suggestions) with ordinality s (one, n)
      join location l on l.id = (s.one->>'master_object_id')::int and ${sees('l.id')}), '[]') end`;
}

/** The suggestion of an issue `r`: of an unmapped place it is the name of another one. */
function suggestionSeen(access: Access): Sql {
  const sees = access.where('location.read', { location: raw('l.id') });
  if (compileSql(sees).text === 'true') return raw('r.suggestion');
  return sql`case when r.code <> 'unmapped_location' or exists (
      select 1 from source_object_map m join location l on l.id = (m.suggestions->0->>'master_object_id')::int and ${sees}
      where m.id = r.source_object_map_id) then r.suggestion end`;
}

/**
 * Whether how many rows of a document `m.source_object_code` stands in may be told: to whoever sent the document, and of a
 * place's code to those who see the place. All others see only some of its rows.
 */
export function countsVisible(access: Access, document: Sql): Sql {
  return sql`(${ownDocument('document.read', access, document)}
    or m.content_type = 'location' and m.master_object_id > 0 and not m.is_ignored)`;
}

/** Rows of a document that lie at a place are for those who see the place; the others for whoever sent them. */
export function rowVisible(access: Access, document: Sql, location: Sql): Sql {
  return either(
    { may: access.where('datapoint.read', { location }) },
    { when: sql`${location} is null`, may: ownDocument('document.read', access, document) },
  );
}

/**
 * Indicators' and campaigns' codes are known to all and mapped by administrators. A place's code is known to those who see
 * the place and mapped by those who manage it; as long as it means nothing it is for whoever sent a file that uses it.
 */
export function mappingVisible(right: string, access: Access, row: (field: string) => Sql): Sql {
  const isPlace = sql`${row('content_type')} = 'location'`;
  const isMapped = sql`${row('master_object_id')} > 0`;
  const placeRight = right === 'metadata.read' ? 'location.read' : right;
  return either(
    { when: sql`${row('content_type')} <> 'location'`, may: access.where(right, {}) },
    { when: sql`${isPlace} and ${isMapped}`, may: access.where(placeRight, { location: row('master_object_id') }) },
    {
      when: sql`${isPlace} and not ${isMapped}`,
      may: access.where('document.read', { owner: raw('mo.created_by') }),
      wrap: (
        may,
      ) => sql`(${access.role === 'USER' ? raw('false') : access.where(right, {})} or exists (select 1 from document_code mc
        join source_doc mo on mo.id = mc.document_id where mc.source_object_map_id = ${row('id')} and ${may}))`,
    },
  );
}
