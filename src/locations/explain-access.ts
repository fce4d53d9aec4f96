import { accessOfUser, findUserId } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import { type Access, forbidden, noObject } from '../resource/index.ts';
import { noSuchUser } from './errors.ts';
import { type Covering, countResponsibilities, responsibilitiesCovering, rightsOnPlace } from './store.ts';

const questions = {
  view: { right: 'location.read', enough: ['view', 'capture', 'manage'] },
  capture: { right: 'datapoint.write', enough: ['capture', 'manage'] },
  manage: { right: 'location.write', enough: ['manage'] },
} as const;

/**
 * Why somebody may or may not view, enter values for, or manage a place. Anybody may ask about themselves; about others,
 * administrators and those who manage the place. `granted` is what the permission predicate itself says.
 */
export async function explainAccess(context: Context, asker: Access, locationId: number, given: string | undefined) {
  const { db } = context;
  const mine = await rightsOnPlace(db, locationId, {
    visible: (location) => asker.where('location.read', { location }),
    managed: (location) => asker.where('location.write', { location }),
  });
  if (mine === undefined || !mine.visible) throw noObject('location', locationId);
  const user = await findUserId(db, given ?? asker.userId!);
  const isSelf = user?.id === asker.userId;
  if (!isSelf && !mine.managed && !asker.can('user.read')) throw forbidden();
  if (user === undefined) throw noSuchUser(given!);
  const access = isSelf ? asker : await accessOfUser(context, user.id);
  const [granted, covering, count] = await Promise.all([
    rightsOnPlace(
      db,
      locationId,
      Object.fromEntries(
        Object.entries(questions).map(([name, { right }]) => [name, (location) => access.where(right, { location })]),
      ),
    ),
    responsibilitiesCovering(db, user.number, locationId),
    countResponsibilities(db, user.number),
  ]);
  const explained = Object.entries(questions).map(([name, { enough }]) => {
    const by = covering.filter((one) => (enough as readonly string[]).includes(one.right));
    const isGranted = granted?.[name] === true;
    return [
      name,
      { granted: isGranted, reason: reasonOf(access, user.role, isGranted, by, covering, count), responsibilities: by },
    ];
  });
  return {
    location_id: locationId,
    user_id: user.number,
    username: access.username,
    role: user.role,
    sees_all_places: user.role !== 'USER',
    membership: 'Places belong to no project: being a member of one neither grants nor denies anything here.',
    ...Object.fromEntries(explained),
  };
}

function reasonOf(
  access: Access,
  role: string,
  isGranted: boolean,
  by: readonly Covering[],
  covering: readonly Covering[],
  count: number,
): string {
  if (access.userId === null) return 'The account is disabled or gone.';
  if (role !== 'USER') return isGranted ? `The role ${role} holds all places.` : 'The credential is narrowed.';
  const [nearest] = by;
  if (nearest !== undefined) {
    const where = nearest.distance === 0 ? 'here' : `${nearest.distance} above, at location ${nearest.top}`;
    return isGranted
      ? `Responsible with '${nearest.right}' ${where}.`
      : `Responsible with '${nearest.right}' ${where}, but the credential is narrowed.`;
  }
  if (covering.length > 0) return `Responsible for it with '${covering[0]!.right}' only.`;
  return count > 0
    ? 'Responsible for other places, not for this one or one above it.'
    : 'Responsible for no place at all; without a responsibility the role USER sees nothing.';
}
