import type { ProjectRole, Right, Role } from '../rights.ts';

/** Who is asking, as one statement found it: the person, the memberships, and how far the credential is narrowed. */
export interface Principal {
  userId: string;
  number: number;
  username: string;
  email: string | null;
  role: Role;
  memberships: { projectId: string; role: ProjectRole }[];
  narrowed: Narrowing | undefined;
}

/** A credential can only take away from its owner's rights. Absent: not narrowed in this respect. */
export interface Narrowing {
  rights?: ReadonlySet<Right> | undefined;
  projectIds?: readonly string[] | undefined;
  locationIds?: readonly number[] | undefined;
}
