import type { Context } from '../../platform/context.ts';
import { raw } from '../../platform/db/index.ts';
import type { Access } from '../../resource/access.ts';
import { forbidden, projectNotFound } from '../errors.ts';
import type { Right } from '../rights.ts';
import { findVisibleProject, type Project } from './store.ts';

/**
 * The project a request names by uuid, slug or number, if the caller may see it: what one may not see is not there.
 * Throws `project_not_found`, or `forbidden` when it is visible and `right` is missing.
 */
export async function getProject(context: Context, access: Access, given: string, right: Right): Promise<Project> {
  const columns = { project: raw('p.id') };
  const found = await findVisibleProject(context.db, given, {
    visible: access.where('project.read', columns),
    allowed: access.where(right, columns),
  });
  if (found === undefined) throw projectNotFound(given);
  if (!found.allowed) throw forbidden();
  return found;
}
