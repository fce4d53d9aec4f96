import { ranking } from '../datapoints/index.ts';
import { dayShown, showDays } from '../indicators/index.ts';
import type { Context } from '../platform/context.ts';
import { raw, sql, withoutTimeLimit } from '../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { deriveUncorrected } from './derive-values.ts';
import { maxDetail, maxTitle } from './pure/column-roles.ts';
import { checkDetail } from './receive-document.ts';
import { retractDocument } from './retract-document.ts';
import { detailTypeName, documentStates, lockDocuments, submissionStates } from './store.ts';
import { documentVisible, everyPlaceVisible, rowsSeenBy, rowVisible } from './visible.ts';

const id = { type: 'integer', sql_type: 'integer', readonly: true } as const;
const times = {
  created_at: { type: 'datetime', auto: 'created' },
  updated_at: { type: 'datetime', auto: 'updated' },
} as const;

/** Of an integer column: whoever asks for more asks for nothing. */
const greatestId = 2 ** 31 - 1;

/** The newest document that says of this row what became values whole. */
const correctedById = {
  type: 'integer',
  sql_type: 'integer',
  nullable: true,
  expression: `(select max(c.id) from source_doc c join source_submission r on r.document_id = c.id
    where c.corrects = {t}.document_id and c.state <> 'undone' and r.corrects_row = {t}.row_number and r.process_status = 'PROCESSED')`,
  help: 'The document that brought this row again, corrected.',
} as const;

const referred = { type: 'integer', sql_type: 'integer' } as const;
const documentId = { ...referred, readonly: true } as const;

export function documentResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'source_doc',
    object_class: 'source_doc',
    help: 'Files of indicator data. POST: docfile, doc_title, file_type; see docs/documents.md.',
    fields: {
      id,
      doc_title: { type: 'string', blank: false, unique: true, maxLength: maxTitle },
      file_type: { type: 'string', choices: ['campaign', 'date'], readonly: true },
      docfile: { type: 'string', expression: `'/api/v1/source_doc/' || {t}.id || '/file'`, help: 'Where the file is.' },
      file_name: { type: 'string', readonly: true },
      file_header: { type: 'list', readonly: true },
      created_by: { type: 'uuid', nullable: true, readonly: true, secret: true },
      created_by_id: {
        type: 'integer',
        nullable: true,
        expression: `(select u.number from "user" u where u.id = {t}.created_by)`,
      },
      guid: { type: 'uuid', readonly: true },
      sha256: { type: 'string', readonly: true },
      bytes: { type: 'integer', readonly: true },
      dataset: { type: 'uuid', column: 'dataset_id', readonly: true },
      revision: { type: 'integer', nullable: true, readonly: true },
      state: { type: 'string', choices: documentStates, readonly: true },
      duplicate_of: { type: 'integer', nullable: true, readonly: true },
      corrects: {
        type: 'integer',
        nullable: true,
        readonly: true,
        help: 'The document whose rows these are, corrected.',
      },
      run_id: { type: 'uuid', nullable: true, readonly: true, help: 'Its processing of late.' },
      summary: {
        type: 'dict',
        nullable: true,
        readonly: true,
        shown_to: (access) => sql`case when ${everyPlaceVisible(access, raw('t.id'))} then t.summary end`,
        help: 'What its processing of late did; null for those who do not see every place in it.',
      },
      ...times,
    },
    order: ['-created_at'],
    methods: ['PUT', 'PATCH', 'DELETE'],
    own_routes: { list: ['POST'], required_on_post: ['docfile', 'doc_title', 'file_type'] },
    permission: {
      read: 'document.read',
      write: 'document.write',
      rows: (right, access, row) => documentVisible(right, access, row('id')),
    },
    hooks: {
      lock: async (tx, { ids }) => {
        await withoutTimeLimit(tx);
        await lockDocuments(
          tx,
          ids.map(Number).filter((one) => one <= greatestId),
        );
      },
      afterWrite: async (changes, { tx, access }) => {
        for (const { before, after } of changes) {
          if (before === null || after !== null || before.revision === null) continue;
          const of = { id: Number(before.id), datasetId: String(before.dataset), revision: Number(before.revision) };
          await retractDocument(context, tx, of, access.userId);
          if (typeof before.corrects !== 'number') continue;
          const correction = { id: of.id, corrects: before.corrects };
          await deriveUncorrected(context, tx, correction, { runId: null, userId: access.userId });
        }
      },
    },
  });
}

export const submissionResource: ResourceDeclaration = resource({
  resource_name: 'source_submission',
  object_class: (_given, { access }) => rowsSeenBy(access, 'source_submission'),
  help: 'Rows of documents, as they stand in the file, and what became of them.',
  fields: {
    id: { ...id, sql_type: 'bigint' },
    document_id: documentId,
    instance_guid: { type: 'string', readonly: true },
    row_number: documentId,
    line: { type: 'integer', nullable: true, readonly: true, help: 'In the file, where rows are lines.' },
    location_code: { type: 'string', nullable: true, readonly: true },
    campaign_code: { type: 'string', nullable: true, readonly: true },
    location_display: {
      type: 'string',
      nullable: true,
      expression: `coalesce((select l.name from location l where l.id = {t}.seen_location_id), {t}.location_code)`,
    },
    data_date: { type: 'date', nullable: true, readonly: true },
    submission_json: {
      type: 'dict',
      expression: `(select json_object(array(select jsonb_array_elements_text(d.file_header)), {t}.cells) from source_doc d where d.id = {t}.document_id)`,
      help: 'Header to text, in the order of the file.',
    },
    process_status: { type: 'string', choices: submissionStates, readonly: true },
    errors: {
      type: 'string',
      nullable: true,
      expression: `(select string_agg(concat_ws(': ', i.column_name, i.message), '; ' order by i.id) from document_issue i
        where i.document_id = {t}.document_id and i.row_number = {t}.row_number and i.severity = 'error')`,
      help: 'What is wrong with it, in one line.',
    },
    corrected_by_id: correctedById,
    location_id: { ...documentId, nullable: true, column: 'seen_location_id' },
  },
  GET_params_required: [['document_id', 'id']],
  csv_spread: 'submission_json',
  order: ['id'],
  permission: {
    read: 'datapoint.read',
    rows: (_right, access, row) => rowVisible(access, row('document_id'), row('location_id')),
  },
});

export const issueResource: ResourceDeclaration = resource({
  resource_name: 'source_doc_issue',
  object_class: (_given, { access }) => rowsSeenBy(access, 'document_issue'),
  help: 'What did not become a value, and why; below a document: /api/v1/source_doc/7/issues.',
  fields: {
    id: { ...id, sql_type: 'bigint' },
    document_id: documentId,
    row: { type: 'integer', nullable: true, column: 'row_number', readonly: true },
    line: { type: 'integer', nullable: true, readonly: true },
    column: { type: 'string', nullable: true, column: 'column_name', readonly: true },
    severity: { type: 'string', choices: ['error', 'warning'], readonly: true },
    code: { type: 'string', readonly: true },
    raw: { type: 'string', nullable: true, readonly: true },
    message: { type: 'string', readonly: true },
    suggestion: { type: 'string', nullable: true, column: 'seen_suggestion', readonly: true },
    cells: { type: 'integer', readonly: true, help: 'How many cells it is about.' },
    source_object_map_id: { ...documentId, nullable: true },
    location_id: { ...documentId, nullable: true, column: 'seen_location_id' },
    corrected_by_id: correctedById,
  },
  GET_params_required: ['document_id'],
  nested: { resource: 'source_doc', name: 'issues', field: 'document_id' },
  order: ['row', 'id'],
  permission: {
    read: 'datapoint.read',
    rows: (_right, access, row) => rowVisible(access, row('document_id'), row('location_id')),
  },
});

export const detailTypeResource: ResourceDeclaration = resource({
  resource_name: 'doc_detail_type',
  object_class: 'doc_detail_type',
  help: 'What can be said of how a document is read.',
  fields: { id, name: { type: 'string', blank: false, unique: true, maxLength: 100 }, ...times },
  required_fields_for_post: ['name'],
  order: ['name'],
  permission: { read: 'metadata.read', write: 'metadata.write' },
});

export function detailResource(): ResourceDeclaration {
  return resource({
    resource_name: 'doc_detail',
    object_class: 'doc_detail',
    help: 'How a document is read. Counts from the next transform_upload on, and for the next file of its dataset.',
    fields: {
      id,
      document_id: { ...referred, references: { resource: 'source_doc', on_delete: 'cascade' } },
      doc_detail_type_id: { ...referred, references: { resource: 'doc_detail_type' } },
      doc_detail_value: { type: 'string', maxLength: maxDetail },
      ...times,
    },
    query_fields: ['id', 'document_id', 'doc_detail_type_id', 'doc_detail_type__name', 'doc_detail_value'],
    required_fields_for_post: ['document_id', 'doc_detail_type_id', 'doc_detail_value'],
    natural_keys: [['document_id', 'doc_detail_type_id']],
    permission: {
      read: 'document.read',
      write: 'document.write',
      rows: (right, access, row) => documentVisible(right, access, row('document_id')),
    },
    hooks: {
      beforeWrite: async (value, { tx, before }) => {
        const type = value.doc_detail_type_id ?? before?.doc_detail_type_id;
        const name = type === undefined ? undefined : await detailTypeName(tx, Number(type));
        if (name !== undefined && value.doc_detail_value !== undefined) checkDetail(name, value.doc_detail_value);
      },
    },
  });
}

/** Whether no other candidate of the cell comes before it (monitoring §7.7). */
const counts = `{t}.id = (select p.id from datapoint p where p.indicator_id = {t}.indicator_id and p.location_id = {t}.location_id
  and p.campaign_id is not distinct from {t}.campaign_id and p.data_date is not distinct from {t}.data_date and p.retracted_at is null
  order by ${ranking('p')} limit 1)`;

export const documentValueResource: ResourceDeclaration = resource({
  resource_name: 'doc_datapoint',
  object_class: 'document_value',
  help: 'What a document contributes, and whether it currently counts.',
  fields: {
    id: { ...id, sql_type: 'bigint' },
    document_id: documentId,
    source_submission_id: { type: 'integer', readonly: true },
    indicator_id: { ...documentId, references: { resource: 'indicator' } },
    location_id: { ...documentId, references: { resource: 'location' } },
    campaign_id: { ...documentId, nullable: true, references: { resource: 'campaign' } },
    data_date: { type: 'date', nullable: true, readonly: true },
    value: { type: 'number', sql_type: 'numeric', readonly: true, ...dayShown('value') },
    row: { type: 'integer', column: 'source_row', readonly: true },
    column: { type: 'string', column: 'source_column', readonly: true },
    raw: { type: 'string', nullable: true, readonly: true },
    counts: { type: 'boolean', expression: counts },
  },
  query_fields: [
    'id',
    'document_id',
    'source_submission_id',
    'indicator_id',
    'indicator__short_name',
    'location_id',
    'location__name',
    'campaign_id',
    'campaign__name',
    'data_date',
    'value',
    'row',
    'column',
    'raw',
    'counts',
  ],
  GET_params_required: ['document_id'],
  methods: [],
  order: ['row', 'id'],
  permission: { read: 'datapoint.read', scope: 'location_id' },
  hooks: { select: (query, _given, read) => showDays(query, read, ['value']) },
});
