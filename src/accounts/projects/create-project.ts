import type { Context } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/index.ts';
import { slugTaken } from '../errors.ts';
import { slugify } from '../pure/slugify.ts';
import { insertMember, insertProject, type Project, slugsLike } from './store.ts';

export interface ProjectRequest {
  title: string;
  /** Absent: made from the title, with a number when that is taken. */
  slug?: string | undefined;
  description?: string | undefined;
  status?: string | undefined;
  visibility?: string | undefined;
}

/** The creator, if there is one, becomes the owner. Throws `duplicate` when the given slug is in use. */
export async function createProject(
  context: Context,
  tx: Tx,
  request: ProjectRequest,
  createdBy: string | null,
): Promise<Project> {
  const slug = request.slug ?? (await freeSlug(tx, request.title));
  const project = await insertProject(tx, {
    id: context.newId(),
    slug,
    title: request.title,
    description: request.description ?? '',
    status: request.status ?? 'ongoing',
    visibility: request.visibility ?? 'private',
    createdBy,
  });
  if (project === undefined) throw slugTaken(slug);
  if (createdBy !== null) {
    const owner = {
      projectId: project.id,
      userId: createdBy,
      groupId: null,
      role: 'owner' as const,
      addedBy: createdBy,
    };
    await insertMember(tx, { id: context.newId(), since: null, until: null, ...owner });
  }
  return project;
}

/** Made from the title, with a number when that is taken. */
export async function freeSlug(tx: Tx, title: string): Promise<string> {
  const stem = slugify(title).slice(0, 70).replace(/-+$/, '') || 'project';
  const taken = await slugsLike(tx, stem);
  if (!taken.has(stem)) return stem;
  for (let number = 2; ; number += 1) if (!taken.has(`${stem}-${number}`)) return `${stem}-${number}`;
}
