import { Type } from '@fastify/type-provider-typebox';
import { recordAudit } from '../../platform/audit/index.ts';
import type { Context } from '../../platform/context.ts';
import type { App } from '../../platform/http/index.ts';
import { requireSignedIn } from '../access/demand.ts';
import { userNotFound } from '../errors.ts';
import { projectRoles } from '../rights.ts';
import { findUserId } from '../users/store.ts';
import { removeMember, setMember } from './change-members.ts';
import { getProject } from './find-project.ts';

const memberBody = Type.Object(
  { user: Type.String({ minLength: 1 }), role: Type.Union(projectRoles.map((role) => Type.Literal(role))) },
  { additionalProperties: false },
);
const params = Type.Object({ id: Type.String() });

/** Changing members; reading them is the resource `project_member`. */
export function projectRoutes(app: App, context: Context): void {
  app.post(
    '/api/v1/project/:id/members',
    { config: { access: 'signed-in' }, schema: { params, body: memberBody } },
    async (request, reply) => {
      const auth = requireSignedIn(request);
      const project = await getProject(context, request.access, request.params.id, 'member.write');
      const user = await findUserId(context.db, request.body.user);
      if (user === undefined) throw userNotFound(request.body.user);
      const { role } = request.body;
      await context.db.transaction(async (tx) => {
        const isOther = await setMember(context, tx, { projectId: project.id, userId: user.id, role }, auth.userId);
        const said = {
          action: 'project_member.set',
          object: `user/${user.id}`,
          projectId: project.id,
          after: { role },
        };
        if (isOther) await recordAudit(tx, request.access, [said]);
      });
      return reply.code(201).send({ project_id: project.id, user_id: user.id, role });
    },
  );

  app.delete('/api/v1/project/:id/members/:user', { config: { access: 'signed-in' } }, async (request, reply) => {
    const { id, user: given } = request.params as { id: string; user: string };
    const project = await getProject(context, request.access, id, 'member.write');
    const user = await findUserId(context.db, given);
    if (user === undefined) throw userNotFound(given);
    await context.db.transaction(async (tx) => {
      if (!(await removeMember(tx, project.id, user.id))) throw userNotFound(given);
      const said = { action: 'project_member.remove', object: `user/${user.id}`, projectId: project.id };
      await recordAudit(tx, request.access, [said]);
    });
    return reply.code(204).send();
  });
}
