import { raw, sql } from '../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { masterObjectNotFound } from './errors.ts';
import { type ContentType, contentTypes, hasMasterObject, mappingStatus, mappingStatuses } from './mapping-store.ts';
import { mappingVisible } from './visible.ts';

const name = `case {t}.content_type
  when 'indicator' then (select i.short_name from indicator i where i.id = {t}.master_object_id)
  when 'location' then (select l.name from location l where l.id = {t}.master_object_id)
  else (select c.name from campaign c where c.id = {t}.master_object_id) end`;

/** `for_document` is there in lists of one document only, so it is looked for in the row as a whole. */
const inDocument = (count: 'rows' | 'cells') => `(select coalesce(sum(c.${count}), 0) from document_code c
  where c.source_object_map_id = {t}.id and c.document_id = coalesce((to_jsonb({t})->>'for_document')::int, c.document_id))`;

export const mappingResource: ResourceDeclaration = resource({
  resource_name: 'source_object_map',
  object_class: 'source_object_map',
  help: 'What codes of files mean: one memory for all documents. A change is derived in every document that uses the code.',
  fields: {
    id: { type: 'integer', sql_type: 'integer', readonly: true },
    content_type: { type: 'string', choices: contentTypes },
    source_object_code: { type: 'string', blank: false, maxLength: 1000 },
    master_object_id: { type: 'integer', sql_type: 'integer', help: '-1: not mapped.' },
    master_object_name: { type: 'string', nullable: true, expression: name },
    mapped_by: { type: 'uuid', nullable: true, secret: true, readonly: true },
    mapped_by_id: {
      type: 'integer',
      nullable: true,
      expression: `(select u.number from "user" u where u.id = {t}.mapped_by)`,
    },
    is_ignored: { type: 'boolean', default: false, help: 'Not data.' },
    origin: { type: 'string', choices: ['person', 'exact', 'import'], readonly: true },
    status: { type: 'string', choices: mappingStatuses, expression: mappingStatus('{t}') },
    suggestions: { type: 'list', readonly: true, help: 'Best first: master_object_id, name, score, reason, context.' },
    rows: { type: 'integer', expression: inDocument('rows'), help: 'In the document asked for, or in all.' },
    cells: { type: 'integer', expression: inDocument('cells') },
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
  },
  order: ['content_type', 'source_object_code'],
  permission: { read: 'metadata.read', write: 'mapping.write', rows: mappingVisible },
  list_source: ({ id, document_id: documentId }) =>
    documentId === undefined || id !== undefined
      ? sql`select * from source_object_map`
      : sql`select m.*, u.document_id as for_document from source_object_map m join document_code u on u.source_object_map_id = m.id
          and u.document_id = ${documentId}::bigint`,
  hooks: {
    select: (query, { id, is_mapped: isMapped }) => {
      if (id !== undefined) query.where(sql`${query.column('id')} = ${id}::bigint`);
      if (isMapped === undefined) return;
      query.where(sql`${query.column('master_object_id')} ${raw(isMapped === true ? '> 0' : '= -1')}`);
    },
    beforeWrite: async (value, { tx, access, before }) => {
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
