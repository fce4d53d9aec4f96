import { type ResourceDeclaration, resource } from '../../resource/index.ts';
import { monitoringUsers } from './store.ts';

/**
 * `/api/v1/user` as the monitoring clients know it (contract monitoring §3.6): administrators see everybody, others
 * themselves. Written by the routes of the script contract, which share the address.
 */
export const userResource: ResourceDeclaration = resource({
  resource_name: 'user',
  help: 'People with an account. Administrators see everybody, others themselves.',
  object_class: () => monitoringUsers,
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
