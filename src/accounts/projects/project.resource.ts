import type { Context } from '../../platform/context.ts';
import { type ResourceDeclaration, resource } from '../../resource/index.ts';
import { learnMembership } from '../access/compile-access.ts';
import { freeSlug } from './create-project.ts';
import { insertMember } from './store.ts';

/** `/api/v1/project`: whoever makes one owns it; deleting hides it and ends its memberships. */
export function projectResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'project',
    object_class: 'live_project',
    help: 'A project: the fence around datasets, flows and plans, and who may do what inside.',
    fields: {
      id: { type: 'uuid', readonly: true },
      number: { type: 'integer', readonly: true, help: 'For clients that know integer ids only.' },
      slug: { type: 'string', unique: true, maxLength: 80, help: 'Default: made from the title.' },
      title: { type: 'string', blank: false, maxLength: 200 },
      description: { type: 'string', default: '' },
      status: { type: 'string', choices: ['proposed', 'ongoing', 'completed', 'declined'], default: 'ongoing' },
      visibility: {
        type: 'string',
        choices: ['private', 'instance', 'public'],
        default: 'private',
        help: 'Who sees the project and its catalogue: members, everybody signed in, everybody.',
      },
      created_at: { type: 'datetime', auto: 'created' },
      updated_at: { type: 'datetime', auto: 'updated' },
    },
    required_fields_for_post: ['title'],
    order: ['-created_at'],
    permission: {
      read: 'project.read',
      create: 'project.create',
      write: 'project.write',
      delete: 'project.delete',
      project: 'id',
    },
    hooks: {
      beforeWrite: async (value, { tx, access, id }) => {
        if (id !== undefined) return;
        const project = { id: context.newId(), slug: value.slug ?? (await freeSlug(tx, String(value.title))) };
        Object.assign(value, project);
        // The author sees the row from its first moment, though the request's access was compiled before it was there.
        learnMembership(access, { projectId: project.id, role: 'owner' });
      },
      afterWrite: async (changes, { tx, access: { userId } }) => {
        for (const { before, after } of changes) {
          if (before !== null || after === null || userId === null) continue;
          const member = {
            id: context.newId(),
            projectId: String(after.id),
            userId,
            groupId: null,
            role: 'owner' as const,
          };
          await insertMember(tx, { ...member, since: null, until: null, addedBy: userId });
        }
      },
    },
  });
}

/** Who belongs to which project, the past included (`until__isnull=true` for the present). Written below `/project/<id>/members`. */
export const projectMemberResource: ResourceDeclaration = resource({
  resource_name: 'project_member',
  object_class: 'project_member',
  help: 'Memberships with their history; changed by POST and DELETE below /api/v1/project/<id>/members.',
  primary_key: 'id',
  fields: {
    id: { type: 'uuid' },
    project_id: { type: 'uuid' },
    user_id: { type: 'uuid', nullable: true },
    user_name: {
      type: 'string',
      nullable: true,
      expression: '(select u.username from "user" u where u.id = {t}.user_id)',
    },
    group_id: { type: 'integer', nullable: true },
    role: { type: 'string' },
    since: { type: 'datetime' },
    until: { type: 'datetime', nullable: true },
  },
  order: ['-since'],
  methods: [],
  permission: { read: 'member.read', project: 'project_id', owner: 'user_id' },
});
