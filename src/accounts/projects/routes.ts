import { Type } from '@fastify/type-provider-typebox';
import type { Context } from '../../platform/context.ts';
import { raw } from '../../platform/db/index.ts';
import type { App } from '../../platform/http/index.ts';
import { requireRight, requireSignedIn } from '../access/demand.ts';
import { userNotFound } from '../errors.ts';
import { projectRoles } from '../rights.ts';
import { findUserId } from '../users/store.ts';
import { removeMember, setMember } from './change-members.ts';
import { createProject } from './create-project.ts';
import { getProject } from './find-project.ts';
import { projectList } from './store.ts';

const projectBody = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    slug: Type.Optional(Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 80 })),
    description: Type.Optional(Type.String()),
    status: Type.Optional(Type.String()),
    visibility: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
const memberBody = Type.Object(
  { user: Type.String({ minLength: 1 }), role: Type.Union(projectRoles.map((role) => Type.Literal(role))) },
  { additionalProperties: false },
);
const params = Type.Object({ id: Type.String() });

export function projectRoutes(app: App, context: Context): void {
  app.get('/api/v1/project', async (request, reply) => {
    const list = await projectList(
      context.db,
      request.access.where('project.read', { project: raw('p.id') }),
      10_000,
      0,
    );
    return reply
      .type('application/json; charset=utf-8')
      .send(
        `{"meta":{"limit":0,"offset":0,"total_count":${list.total},"next":null,"previous":null},"objects":${list.objects},"error":null}`,
      );
  });

  app.post(
    '/api/v1/project',
    { config: { access: 'project.create' }, schema: { body: projectBody } },
    async (request, reply) => {
      const { userId } = requireRight(request, 'project.create');
      const project = await context.db.transaction((tx) => createProject(context, tx, request.body, userId));
      return reply.code(201).header('location', `/api/v1/project/${project.id}`).send(project);
    },
  );

  app.get('/api/v1/project/:id', { schema: { params } }, async (request) => {
    const { allowed: _, ...project } = {
      allowed: true,
      ...(await getProject(context, request.access, request.params.id, 'project.read')),
    };
    return project;
  });

  app.post(
    '/api/v1/project/:id/members',
    { config: { access: 'signed-in' }, schema: { params, body: memberBody } },
    async (request, reply) => {
      const auth = requireSignedIn(request);
      const project = await getProject(context, request.access, request.params.id, 'member.write');
      const user = await findUserId(context.db, request.body.user);
      if (user === undefined) throw userNotFound(request.body.user);
      const { role } = request.body;
      await context.db.transaction((tx) =>
        setMember(context, tx, { projectId: project.id, userId: user.id, role }, auth.userId),
      );
      return reply.code(201).send({ project_id: project.id, user_id: user.id, role });
    },
  );

  app.delete('/api/v1/project/:id/members/:user', { config: { access: 'signed-in' } }, async (request, reply) => {
    const { id, user: given } = request.params as { id: string; user: string };
    const project = await getProject(context, request.access, id, 'member.write');
    const user = await findUserId(context.db, given);
    if (user === undefined || !(await context.db.transaction((tx) => removeMember(tx, project.id, user.id))))
      throw userNotFound(given);
    return reply.code(204).send();
  });
}
