import { sql } from '../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../resource/index.ts';
import { tagBelowItself } from './errors.ts';
import { lockTags, tagPathDown } from './store.ts';

const id = { type: 'integer', sql_type: 'integer', readonly: true } as const;
const times = {
  created_at: { type: 'datetime', auto: 'created' },
  updated_at: { type: 'datetime', auto: 'updated' },
} as const;
const indicator_id = {
  type: 'integer',
  sql_type: 'integer',
  references: { resource: 'indicator' },
} as const;
const permission = { read: 'metadata.read', write: 'metadata.write' } as const;

export const indicatorBoundResource: ResourceDeclaration = resource({
  resource_name: 'indicator_bound',
  object_class: 'indicator_bound',
  help: 'Ranges of values for colours and legends; they check nothing.',
  fields: {
    id,
    indicator_id,
    bound_name: { type: 'string', default: '' },
    mn_val: { type: 'number', nullable: true },
    mx_val: { type: 'number', nullable: true },
    direction: { type: 'integer', sql_type: 'integer', default: 1 },
    ...times,
  },
  required_fields_for_post: ['indicator_id'],
  permission,
});

export const indicatorTagResource: ResourceDeclaration = resource({
  resource_name: 'indicator_tag',
  object_class: 'indicator_tag',
  help: 'Labels of indicators; they form a tree.',
  fields: {
    id,
    tag_name: { type: 'string', blank: false, maxLength: 255 },
    parent_tag_id: {
      type: 'integer',
      sql_type: 'integer',
      nullable: true,
      references: { resource: 'indicator_tag' },
    },
    ...times,
  },
  query_fields: ['id', 'tag_name', 'parent_tag_id', 'parent_tag__tag_name', 'created_at', 'updated_at'],
  required_fields_for_post: ['tag_name'],
  natural_keys: [['tag_name', 'parent_tag_id']],
  permission,
  parameters: { show_leaf: { type: 'string', help: 'Whatever its value: only tags with a parent.' } },
  hooks: {
    lock: lockTags,
    select: (query, { show_leaf: showLeaf }) => {
      if (showLeaf !== undefined) query.where(sql`${query.column('parent_tag_id')} is not null`);
    },
    beforeWrite: async (value, { tx, id: tagId, before }) => {
      const { parent_tag_id: parent } = value;
      if (before === null || parent === undefined || parent === null || parent === before.parent_tag_id) return;
      const path = await tagPathDown(tx, Number(tagId), parent);
      if (path.length > 0) throw tagBelowItself([...path, Number(tagId)]);
    },
  },
});

export const indicatorToTagResource: ResourceDeclaration = resource({
  resource_name: 'indicator_to_tag',
  object_class: 'indicator_to_tag',
  help: 'Which indicator carries which tag.',
  fields: {
    id,
    indicator_id,
    indicator_tag_id: {
      type: 'integer',
      sql_type: 'integer',
      references: { resource: 'indicator_tag' },
    },
    ...times,
  },
  query_fields: [
    'id',
    'indicator_id',
    'indicator_tag_id',
    'indicator__short_name',
    'indicator_tag__tag_name',
    'created_at',
    'updated_at',
  ],
  required_fields_for_post: ['indicator_id', 'indicator_tag_id'],
  natural_keys: [['indicator_id', 'indicator_tag_id']],
  order: ['-id'],
  delete_by_filter: true,
  permission,
});
