export { requireRight, requireSignedIn, type SignedIn } from './access/demand.ts';
export { type Places, providePlaces } from './access/places.ts';
export { removeMember, setMember } from './projects/change-members.ts';
export { createProject, type ProjectRequest } from './projects/create-project.ts';
export { getProject } from './projects/find-project.ts';
export type { Project } from './projects/store.ts';
export {
  allRights,
  type ProjectRole,
  projectRoles,
  type Right,
  type Role,
  rights,
  roles,
} from './rights.ts';
export { accountHooks, accountRoutes } from './routes.ts';
export { type Auth, accessOfUser, authenticateToken } from './sessions/authenticate.ts';
export { type CreatedUser, createUser, type UserRequest } from './users/create-user.ts';
export { ensureFirstAdmin, type FirstAdmin } from './users/ensure-first-admin.ts';
export { embeddedUser } from './users/store.ts';
