import { connectionNotFound, findConnectionByName, queryNamed, usableWith } from '../connections/index.ts';
import { isDatasetName } from '../datasets/index.ts';
import { sql } from '../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { datasetNameInvalid, upsertNeedsKey, wrongKey } from './errors.ts';
import { pullAllowed } from './pull-visible.ts';

/** Queries of connections that feed a dataset. A form of ODK Central is registered as one. */
export const pullResource: ResourceDeclaration = resource({
  resource_name: 'pull',
  object_class: 'pull',
  help: 'A query of a connection whose new rows become revisions of a dataset. POST /api/v1/pull/{id}/run, or sync_odk.',
  fields: {
    id: { type: 'integer', readonly: true },
    project_id: { type: 'uuid', references: { resource: 'project', on_delete: 'cascade' } },
    name: { type: 'string', blank: false, maxLength: 200 },
    connection: { type: 'string', blank: false, help: "Its name: the project's own, else the installation's." },
    connection_id: { type: 'uuid', readonly: true },
    query: { type: 'string', blank: false, help: 'One of the queries of the connection.' },
    dataset: { type: 'string', blank: false, help: 'Where the rows go; made with the first of them.' },
    mode: {
      type: 'string',
      choices: ['append', 'upsert', 'replace'],
      help: 'Default append; of submissions upsert by __id, of their repeats replace.',
    },
    key: { type: 'list', help: 'Columns that identify a row.' },
    cursor: { type: 'json', nullable: true, readonly: true, help: 'Where the next one begins.' },
    created_by: { type: 'uuid', nullable: true, readonly: true },
    created_at: { type: 'datetime', auto: 'created' },
    updated_at: { type: 'datetime', auto: 'updated' },
  },
  filtering: { cursor: false, key: false },
  order: ['name'],
  natural_keys: [['project_id', 'name']],
  required_fields_for_post: ['project_id', 'name', 'connection', 'query', 'dataset'],
  permission: {
    read: 'connection.use',
    write: 'connection.write',
    rows: (right, access, row) => pullAllowed(right, access, row('project_id'), row('connection_id')),
  },
  hooks: {
    async beforeWrite(value, { tx, access, before }) {
      if (before === null) Object.assign(value, { created_by: access.userId });
      const is = { ...before, ...value } as Record<'project_id' | 'connection' | 'query' | 'dataset', string>;
      const project = sql`${is.project_id}::uuid`;
      const connection = await findConnectionByName(tx, is.project_id, is.connection, usableWith(access, project));
      if (connection === undefined) throw connectionNotFound(is.connection);
      const source = queryNamed(connection, is.query);
      if (!isDatasetName(is.dataset)) throw datasetNameInvalid();
      const isOther = before !== null && (before.connection_id !== connection.id || before.query !== is.query);
      Object.assign(value, { connection_id: connection.id }, isOther ? { cursor: null } : {});
      const usual = usualMode(connection.type, source);
      const isNew = before === null || typeof value.mode === 'symbol';
      if (isNew && typeof value.mode !== 'string') value.mode = usual.mode;
      if ((before === null || typeof value.key === 'symbol') && !Array.isArray(value.key))
        value.key = value.mode === 'upsert' ? usual.key : [];
      const { mode, key } = { ...before, ...value } as { mode: string; key: unknown[] };
      if (key.some((name) => typeof name !== 'string' || name === '')) throw wrongKey();
      if (mode === 'upsert' && key.length === 0) throw upsertNeedsKey();
    },
  },
});

/** An edited submission comes again under its id; rows of a repeat say no time, and come all together. */
function usualMode(
  type: string,
  source: Record<string, unknown>,
): { mode: 'append' | 'upsert' | 'replace'; key: string[] } {
  if (type !== 'odk-central') return { mode: 'append', key: [] };
  if ((source.table ?? 'Submissions') !== 'Submissions') return { mode: 'replace', key: [] };
  return { mode: 'upsert', key: ['__id'] };
}

/** What pulls have brought. */
export const pullResultResource: ResourceDeclaration = resource({
  resource_name: 'pull_result',
  object_class: () => sql`
    select r.*, p.project_id, p.connection_id from pull_result r join pull p on p.id = r.pull_id`,
  help: 'What each pull has brought; below a pull: /api/v1/pull/7/history. Those that failed are among the runs.',
  fields: {
    id: { type: 'integer', sql_type: 'bigint' },
    pull_id: { type: 'integer' },
    project_id: { type: 'uuid' },
    connection_id: { type: 'uuid', secret: true },
    run_id: { type: 'uuid' },
    upload_id: { type: 'uuid', nullable: true },
    dataset_id: { type: 'uuid', nullable: true },
    revision: { type: 'integer', nullable: true },
    rows: { type: 'integer', sql_type: 'bigint' },
    cursor: { type: 'json', nullable: true },
    created_at: { type: 'datetime' },
  },
  filtering: { cursor: false },
  order: ['-id'],
  nested: { resource: 'pull', name: 'history', field: 'pull_id' },
  permission: {
    read: 'connection.use',
    rows: (right, access, row) => pullAllowed(right, access, row('project_id'), row('connection_id')),
  },
});
