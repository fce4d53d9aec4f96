import { raw } from '../../platform/db/index.ts';
import { type ResourceDeclaration, resource } from '../../resource/index.ts';

/**
 * `/api/v1/user` as the monitoring clients know it (contract monitoring §3.6): administrators see everybody, others
 * themselves. Written by the routes of the script contract, which share the address.
 */
export const userResource: ResourceDeclaration = resource({
  resource_name: 'user',
  help: 'People with an account. Administrators see everybody, others themselves.',
  object_class: () =>
    raw(`(select u.number as id, u.username, split_part(u.name, ' ', 1) as first_name,
      ltrim(substr(u.name, length(split_part(u.name, ' ', 1)) + 1)) as last_name, u.email,
      u.disabled_at is null as is_active, u.role <> 'USER' as is_staff, u.role = 'SUPERADMIN' as is_superuser,
      u.last_login_at as last_login, u.created_at as date_joined, u.id as uuid
      from "user" u where u.deleted_at is null)`),
  fields: {
    id: { type: 'integer' },
    username: { type: 'string' },
    first_name: { type: 'string' },
    last_name: { type: 'string' },
    email: { type: 'string', nullable: true },
    is_active: { type: 'boolean' },
    is_staff: { type: 'boolean', help: 'An administrator.' },
    is_superuser: { type: 'boolean' },
    last_login: { type: 'datetime', nullable: true },
    date_joined: { type: 'datetime' },
    uuid: { type: 'uuid', secret: true },
  },
  order: ['id'],
  methods: [],
  own_routes: { list: ['GET', 'POST'], detail: ['GET', 'PATCH', 'DELETE'] },
  permission: { read: 'user.read', owner: 'uuid' },
});
