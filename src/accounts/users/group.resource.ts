import { type ResourceDeclaration, resource } from '../../resource/index.ts';
import { noSuchMember } from '../errors.ts';
import { findUserId } from './store.ts';

const times = {
  created_at: { type: 'datetime', auto: 'created' },
  updated_at: { type: 'datetime', auto: 'updated' },
} as const;

/** Groups of people; a group can be a member of a project. */
export const groupResource: ResourceDeclaration = resource({
  resource_name: 'group',
  object_class: 'group',
  fields: {
    id: { type: 'integer', readonly: true },
    name: { type: 'string', blank: false, unique: true, maxLength: 200 },
    ...times,
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
    user_id: {
      type: 'integer',
      sql_type: 'integer',
      help: 'Integer id of the user; a uuid or an e-mail address is understood as well.',
    },
    group_id: { type: 'integer', references: { resource: 'group', on_delete: 'cascade' } },
    ...times,
  },
  query_fields: ['id', 'user_id', 'group_id', 'group__name'],
  required_fields_for_post: ['user_id', 'group_id'],
  natural_keys: [['user_id', 'group_id']],
  delete_by_filter: true,
  permission: { read: 'group.read', write: 'group.write' },
  hooks: {
    given: async (sent, db) => {
      const { user_id: user } = sent;
      if (user === undefined || user === null || user === '') return sent;
      const found = await findUserId(db, String(user).trim());
      if (found !== undefined) {
        return { ...sent, user_id: typeof user === 'number' ? found.number : String(found.number) };
      }
      // A filter by the number of nobody merely finds nothing.
      if (typeof user === 'string' && /^\s*[+-]?\d+\s*$/.test(user)) return sent;
      throw noSuchMember(String(user));
    },
  },
});
