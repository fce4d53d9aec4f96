/** Which part of a place's subtree a right needs: see it, enter values for it, look after it. */
export type PlaceLevel = 'view' | 'capture' | 'manage';

interface RightFacts {
  about: string;
  /** Only where rows have a place. */
  place: PlaceLevel;
  /** The service-client scope that carries it (contract scripts §4.6); none: only a client with `all`. */
  scope?: Scope;
}

export const scopes = [
  'all',
  'execution:read',
  'execution:write',
  'script:read',
  'script:write',
  'user:read',
  'user:write',
  'boundary:read',
  'stats:read',
] as const;
export type Scope = (typeof scopes)[number];

/**
 * Everything anybody may be allowed to do, one closed list. Who may do it stands in the tables below, and nowhere
 * else.
 */
export const rights = {
  'user.read': { about: 'list users and their records', place: 'view', scope: 'user:read' },
  'user.write': { about: 'change, disable and delete users of no higher rank', place: 'manage', scope: 'user:write' },
  'group.read': { about: 'see groups and who belongs to them', place: 'view', scope: 'user:read' },
  'group.write': { about: 'make groups and change who belongs to them', place: 'manage', scope: 'user:write' },
  'project.create': { about: 'make a project', place: 'view' },
  'project.read': { about: 'see a project and its catalogue', place: 'view' },
  'project.write': { about: 'change title, description, status, visibility', place: 'manage' },
  'project.delete': { about: 'delete a project', place: 'manage' },
  'member.read': { about: 'see who belongs to a project', place: 'view' },
  'member.write': { about: 'change who belongs to a project', place: 'manage' },
  'row.read': { about: 'read and export rows of datasets', place: 'view' },
  'row.add': { about: 'upload files, push records', place: 'capture' },
  'upload.read': {
    about: "see uploads and their receipts; one's own also without reading rows",
    place: 'view',
  },
  'upload.open': {
    about: "open an upload's file, issues and rejected rows; one's own also without reading rows",
    place: 'view',
  },
  'dataset.read': { about: 'see datasets, their fields and revisions', place: 'view' },
  'dataset.write': { about: 'change metadata and recipes, undo revisions', place: 'capture' },
  'dataset.delete': { about: 'delete datasets, erase people', place: 'manage' },
  'connection.read': { about: 'see connections to other systems', place: 'view' },
  'connection.write': { about: 'change, try and use connections', place: 'manage' },
  'connection.use': { about: 'use connections that members may use, without seeing them', place: 'capture' },
  'request.submit': { about: 'ask for data', place: 'view' },
  'request.decide': { about: 'decide on requests', place: 'view' },
  'run.read': { about: 'see runs and their logs', place: 'view' },
  'run.write': { about: 'cancel and retry runs', place: 'view' },
  'flow.read': { about: 'see flows', place: 'view' },
  'flow.write': { about: 'change and start flows', place: 'capture' },
  'webhook.read': { about: 'see webhooks and what was sent to them', place: 'view' },
  'webhook.write': { about: 'change and try webhooks', place: 'view' },
  'plan.read': { about: 'read management plans', place: 'view' },
  'plan.write': { about: 'write management plans', place: 'view' },
  'plan.delete': { about: 'delete management plans', place: 'view' },
  'template.write': { about: 'change plan templates', place: 'view' },
  'dashboard.read': { about: 'see charts and dashboards', place: 'view' },
  'dashboard.create': { about: 'make charts and dashboards', place: 'view' },
  'dashboard.write': { about: 'change charts and dashboards', place: 'view' },
  'metadata.read': { about: 'see indicators, campaigns, types and tags', place: 'view' },
  'metadata.write': { about: 'change indicators, campaigns, types and tags', place: 'manage' },
  'location.read': { about: 'see places and their shapes', place: 'view', scope: 'boundary:read' },
  'location.write': { about: 'change places', place: 'manage' },
  'responsibility.read': { about: 'see who is responsible for places', place: 'manage' },
  'responsibility.write': { about: 'give and take responsibilities for places', place: 'manage' },
  'datapoint.read': { about: 'read values of indicators', place: 'view' },
  'datapoint.write': { about: 'enter values of indicators', place: 'capture' },
  'mapping.write': { about: 'map codes of files to places, indicators, campaigns', place: 'manage' },
  'document.read': { about: 'see documents of indicator data that concern places', place: 'view' },
  'document.write': { about: 'process, undo and delete documents of indicator data', place: 'manage' },
  'script.read': { about: 'see and run visible scripts', place: 'view', scope: 'script:read' },
  'script.create': { about: 'upload a script', place: 'view', scope: 'script:write' },
  'script.write': { about: 'change, publish, delete scripts', place: 'view', scope: 'script:write' },
  'execution.read': { about: 'see executions, logs, results', place: 'view', scope: 'execution:read' },
  'execution.create': { about: 'run a script', place: 'view', scope: 'execution:write' },
  'execution.write': { about: 'cancel executions', place: 'view', scope: 'execution:write' },
  'execution.report': {
    about: 'report state and log of an execution from outside',
    place: 'view',
    scope: 'execution:write',
  },
  'stats.read': { about: 'exports, status and statistics', place: 'view', scope: 'stats:read' },
  'news.write': { about: 'write news', place: 'view' },
  'audit.read': { about: 'read the audit log', place: 'view' },
  'mail.read': { about: 'read the outbox', place: 'view' },
  'setting.write': { about: 'reset rate limits, change retention and limits', place: 'view' },
} as const satisfies Record<string, RightFacts>;

export type Right = keyof typeof rights;
export const allRights = Object.keys(rights) as Right[];
/** Undefined: no service-client scope short of `all` carries it. */
export const scopeOf = (right: Right): Scope | undefined => (rights[right] as RightFacts).scope;
export const isRight = (name: string): name is Right => Object.hasOwn(rights, name);

export const roles = ['USER', 'ADMIN', 'SUPERADMIN'] as const;
export type Role = (typeof roles)[number];
export const rankOf = (role: Role): number => roles.indexOf(role);

export const projectRoles = ['owner', 'manager', 'editor', 'contributor', 'viewer', 'requester', 'approver'] as const;
export type ProjectRole = (typeof projectRoles)[number];

/**
 * What the contents of a project may not be read for by being an administrator alone (contract data-api §10.1), unless
 * GRANARY_ADMIN_READS_ROWS says otherwise.
 */
export const rowRights: readonly Right[] = ['row.read', 'upload.open'];

const forEverybodySignedIn: readonly Right[] = [
  'project.create',
  'metadata.read',
  'location.read',
  'datapoint.read',
  'datapoint.write',
  'dashboard.read',
  'dashboard.create',
  'script.create',
  'group.read',
];

/**
 * Rights that a responsibility for places gives inside them (contract monitoring §5.3), where the row has a place. How
 * much of a responsibility each needs is its `place` above.
 */
export const placeRights: ReadonlySet<Right> = new Set<Right>([
  'location.write',
  'responsibility.read',
  'responsibility.write',
  'mapping.write',
  'document.read',
]);

/** Rights on rows the caller owns wherever their place lies: everybody sees what they themselves are responsible for. */
export const ownAnywhereRights: ReadonlySet<Right> = new Set<Right>(['responsibility.read']);

/** What a credential fenced to projects or places keeps outside the fence: the shared vocabulary its work needs. */
export const sharedRights: ReadonlySet<Right> = new Set<Right>([
  'metadata.read',
  'location.read',
  'datapoint.read',
  'dashboard.read',
  'project.read',
]);

const forSuperadminOnly: readonly Right[] = ['setting.write'];

/** Rights on every row, wherever it belongs; rows with a place are still narrowed to the caller's places. */
export const instanceRights: Record<Role, ReadonlySet<Right>> = {
  USER: new Set(forEverybodySignedIn),
  ADMIN: new Set(allRights.filter((right) => !rowRights.includes(right) && !forSuperadminOnly.includes(right))),
  SUPERADMIN: new Set(allRights.filter((right) => !rowRights.includes(right))),
};

/** Roles that see all places; the others see those they are responsible for. */
export const seesAllPlaces: Record<Role, boolean> = { USER: false, ADMIN: true, SUPERADMIN: true };

const see: readonly Right[] = ['project.read', 'dataset.read'];
const read: readonly Right[] = [
  ...see,
  'row.read',
  'upload.read',
  'upload.open',
  'run.read',
  'flow.read',
  'plan.read',
  'member.read',
];
const edit: readonly Right[] = [
  ...read,
  'row.add',
  'connection.use',
  'dataset.write',
  'run.write',
  'flow.write',
  'plan.write',
];
const manage: readonly Right[] = [
  ...edit,
  'project.write',
  'member.write',
  'connection.read',
  'connection.write',
  'webhook.read',
  'webhook.write',
  'plan.delete',
];

/** Contract data-api §10.1. Contributor is write-only: what it may see of its own uploads stands in `ownRights`. */
export const projectRights: Record<ProjectRole, ReadonlySet<Right>> = {
  owner: new Set<Right>([
    ...manage,
    'request.submit',
    'request.decide',
    'dataset.delete',
    'project.delete',
    'audit.read',
  ]),
  manager: new Set<Right>([...manage, 'request.submit']),
  editor: new Set<Right>([...edit, 'request.submit']),
  contributor: new Set<Right>([...see, 'row.add', 'connection.use', 'request.submit']),
  viewer: new Set<Right>([...read, 'request.submit']),
  requester: new Set<Right>([...see, 'request.submit']),
  approver: new Set<Right>([...see, 'request.decide']),
};

/** Rights on rows the caller owns; where the row is in a project, as long as the caller belongs to it. */
export const ownRights: ReadonlySet<Right> = new Set<Right>([
  'user.read',
  'upload.read',
  'upload.open',
  'run.read',
  'run.write',
  'document.read',
  'document.write',
  'webhook.read',
  'webhook.write',
  'plan.read',
  'plan.write',
  'plan.delete',
  'script.read',
  'script.write',
  'execution.read',
  'execution.write',
  'dashboard.write',
]);

/** What a project's visibility gives to those who are not members. */
export const visibleRights: ReadonlySet<Right> = new Set<Right>(see);
