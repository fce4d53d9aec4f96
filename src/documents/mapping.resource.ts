import { raw, type Sql, sql } from '../platform/db/index.ts';
import { type Access, invalidParameter, type ResourceDeclaration, resource } from '../resource/index.ts';
import { codeInUse, masterObjectNotFound } from './errors.ts';
import {
  type ContentType,
  contentTypes,
  documentsUsing,
  hasMasterObject,
  mappingStatus,
  mappingStatuses,
} from './mapping-store.ts';
import { maxCode } from './pure/column-roles.ts';
import { countsVisible, documentVisible, mappingVisible, suggestionsSeen } from './visible.ts';

const name = `case {t}.content_type
  when 'indicator' then (select i.short_name from indicator i where i.id = {t}.master_object_id)
  when 'location' then (select l.name from location l where l.id = {t}.master_object_id)
  else (select c.name from campaign c where c.id = {t}.master_object_id) end`;

/** Counts are there in lists only, so they are looked for in the row as a whole. */
const counted = (count: 'rows' | 'cells') => `(to_jsonb({t})->>'counted_${count}')::int`;

export const mappingResource: ResourceDeclaration = resource({
  resource_name: 'source_object_map',
  object_class: 'source_object_map',
  help: 'What codes of files mean: one memory for all documents. A change is derived in every document that uses the code.',
  fields: {
    id: { type: 'integer', sql_type: 'integer', readonly: true },
    content_type: { type: 'string', choices: contentTypes },
    source_object_code: { type: 'string', blank: false, maxLength: maxCode },
    master_object_id: { type: 'integer', sql_type: 'integer', help: '-1: not mapped.' },
    master_object_name: { type: 'string', nullable: true, expression: name },
    mapped_by: { type: 'uuid', nullable: true, secret: true, readonly: true },
    mapped_by_id: {
      type: 'integer',
      nullable: true,
      expression: `(select u.number from "user" u where u.id = {t}.mapped_by)`,
    },
    is_ignored: { type: 'boolean', default: false, help: 'Not data.' },
    origin: {
      type: 'string',
      nullable: true,
      choices: ['person', 'exact', 'import'],
      readonly: true,
      help: 'Who decided; null: nobody has, or what the code meant was deleted.',
    },
    status: { type: 'string', choices: mappingStatuses, expression: mappingStatus('{t}') },
    suggestions: {
      type: 'list',
      readonly: true,
      shown_to: suggestionsSeen,
      help: 'Best first: master_object_id, name, score, reason, context, parent; the first is_ambiguous where another is as likely.',
    },
    rows: {
      type: 'integer',
      nullable: true,
      expression: counted('rows'),
      help: 'In lists: of the document asked for, or of all. Null where it would count rows at places the caller does not see.',
    },
    cells: { type: 'integer', nullable: true, expression: counted('cells') },
    created_at: { type: 'datetime', auto: 'created' },
    updated_at: { type: 'datetime', auto: 'updated' },
  },
  required_fields_for_post: ['content_type', 'source_object_code', 'master_object_id'],
  natural_keys: [['content_type', 'source_object_code']],
  GET_params_required: [['id', 'document_id']],
  parameters: {
    id: { type: 'integer', help: 'This one, whatever document is named beside it.' },
    document_id: { type: 'integer', help: 'The codes this document uses; rows and cells then count in it.' },
    is_mapped: { type: 'boolean', help: '0: not mapped, 1: mapped.' },
    status: { type: 'string', help: `One or more of ${mappingStatuses.join(', ')}, separated by commas.` },
  },
  order: ['content_type', 'source_object_code'],
  permission: { read: 'metadata.read', write: 'mapping.write', rows: mappingVisible },
  list_source: ({ id, document_id: documentId }, { access }) =>
    documentId === undefined || id !== undefined ? codesOfAll(access) : codesOfDocument(access, documentId),
  hooks: {
    select: (query, { id, is_mapped: isMapped, status }) => {
      if (id !== undefined) query.where(sql`${query.column('id')} = ${id}::bigint`);
      if (status !== undefined)
        query.where(sql`${query.column('status')} = any(${statusesOf(String(status))}::text[])`);
      if (isMapped === undefined) return;
      query.where(sql`${query.column('master_object_id')} ${raw(isMapped === true ? '> 0' : '= -1')}`);
    },
    beforeWrite: async (value, { tx, access, before }) => {
      // The row is locked: no document comes to use the code meanwhile.
      const renamed = (['content_type', 'source_object_code'] as const).find(
        (name) => before !== null && value[name] !== undefined && value[name] !== before[name],
      );
      if (renamed !== undefined && (await documentsUsing(tx, [Number(before!.id)])).length > 0)
        throw codeInUse(renamed);
      const type = (value.content_type ?? before?.content_type) as ContentType;
      if (before !== null && value.content_type !== undefined && value.content_type !== before.content_type) {
        value.master_object_id ??= -1;
      }
      const master = value.master_object_id ?? before?.master_object_id;
      if (master !== undefined && master !== -1 && !(await hasMasterObject(tx, access, type, Number(master)))) {
        throw masterObjectNotFound(master);
      }
      Object.assign(value, { origin: 'person', mapped_by: access.userId });
    },
  },
});

function codesOfDocument(access: Access, documentId: unknown): Sql {
  const may = countsVisible(access, raw('u.document_id'));
  return sql`
    select m.*, case when ${may} then u.rows end as counted_rows, case when ${may} then u.cells end as counted_cells
    from source_object_map m join document_code u on u.source_object_map_id = m.id and u.document_id = ${documentId}::bigint
      and ${documentVisible('document.read', access, raw('u.document_id'))}`;
}

/** One document that may not be counted is enough to say nothing: the difference would tell of it. */
function codesOfAll(access: Access): Sql {
  return sql`
    select m.*, c.* from source_object_map m cross join lateral (
      select case when bool_and(u.may) is not false then coalesce(sum(u.rows), 0) end as counted_rows,
        case when bool_and(u.may) is not false then coalesce(sum(u.cells), 0) end as counted_cells
      from (select u.rows, u.cells, ${countsVisible(access, raw('u.document_id'))} as may from document_code u
        where u.source_object_map_id = m.id) u) c`;
}

function statusesOf(text: string): string[] {
  const asked = text.split(',').map((word) => word.trim());
  if (asked.every((word) => (mappingStatuses as readonly string[]).includes(word))) return asked;
  throw invalidParameter('status', text, mappingStatuses.join(', '));
}
