import { type ResourceDeclaration, resource } from '../../resource/index.ts';

/** Groups of people; a group can be a member of a project. */
export const groupResource: ResourceDeclaration = resource({
  resource_name: 'group',
  object_class: 'group',
  fields: {
    id: { type: 'integer', readonly: true },
    name: { type: 'string', blank: false, unique: true, maxLength: 200 },
  },
  required_fields_for_post: ['name'],
  order: ['name'],
  permission: { read: 'group.read', write: 'group.write' },
});

export const userGroupResource: ResourceDeclaration = resource({
  resource_name: 'user_group',
  object_class: 'user_group',
  fields: {
    id: { type: 'integer', readonly: true },
    user_id: { type: 'uuid' },
    group_id: { type: 'integer', references: { resource: 'group', on_delete: 'cascade' } },
  },
  query_fields: ['id', 'user_id', 'group_id', 'group__name'],
  required_fields_for_post: ['user_id', 'group_id'],
  natural_keys: [['user_id', 'group_id']],
  delete_by_filter: true,
  permission: { read: 'group.read', write: 'group.write' },
});
