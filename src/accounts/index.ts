export {
  accessUnlessRefused,
  carriesCsrfToken,
  checkVerb,
  requireRight,
  requireSignedIn,
  type SignedIn,
} from './access/demand.ts';
export { type Places, providePlaces } from './access/places.ts';
export {
  type AccountCommand,
  type CommandArgs,
  type CommandIo,
  CommandRefusal,
  type RefusalKind,
} from './commands/command.ts';
export { accountCommands } from './commands/index.ts';
export {
  DmptoolRefusal,
  type DmptoolRoute,
  dmptoolScope,
  jsonObjectOf,
  requireDmptoolUser,
} from './dmptool/scope.ts';
export { findOwnerAccount, findProject, type OwnerAccount } from './flow-auth/owner-account.ts';
export { verifyOwnClaims } from './flow-auth/verify-own-claims.ts';
export { type ListField, type ListQuery, readListQuery, wholeListRows } from './list-query/read-list-query.ts';
export { removeMember, setMember } from './projects/change-members.ts';
export { createProject, type ProjectRequest } from './projects/create-project.ts';
export { getProject } from './projects/find-project.ts';
export type { Project } from './projects/store.ts';
export { slugify } from './pure/slugify.ts';
export { resetRates } from './rate-limit.ts';
export {
  allRights,
  type ProjectRole,
  projectRoles,
  type Right,
  type Role,
  rights,
  roles,
} from './rights.ts';
export { accountHooks, accountResources, accountRoutes } from './routes.ts';
export { type Auth, accessOfUser, authenticateAgain, authenticateToken } from './sessions/authenticate.ts';
export { authenticateLent, lentCredential } from './sessions/lend-credential.ts';
export { sweepAccounts } from './sweep-accounts.ts';
export { type CreatedUser, createUser, type UserRequest } from './users/create-user.ts';
export { ensureFirstAdmin, type FirstAdmin } from './users/ensure-first-admin.ts';
export { sendRecoveryLink } from './users/set-password-link.ts';
export { embeddedUser, findUserId } from './users/store.ts';
