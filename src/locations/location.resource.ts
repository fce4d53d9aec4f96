import { findUserId } from '../accounts/index.ts';
import type { Context } from '../platform/context.ts';
import { sql } from '../platform/db/index.ts';
import { type Change, missingParameter, type ResourceDeclaration, resource } from '../resource/index.ts';
import { placesMoved } from './changes.ts';
import { checkHandingOut } from './check-handing-out.ts';
import { aliasTooLong, invalidAliases, noSuchUser } from './errors.ts';
import { markShapesOfPlaces, markShapesOfType } from './mark-shapes.ts';
import { checkLevels, checkMove, checkNotBelowItself } from './move-location.ts';
import { topLocation } from './places.ts';
import { maxPlaceLengths } from './pure/max-lengths.ts';
import { filterPeriodParameters, placesSelected, selectionParameters } from './select-places.ts';
import { lockTree, touchingPlaces, touchingType } from './store.ts';

const id = { type: 'integer', sql_type: 'integer', readonly: true } as const;
const created_at = { type: 'datetime', auto: 'created' } as const;
const updated_at = { type: 'datetime', auto: 'updated' } as const;

export const locationTypeResource: ResourceDeclaration = resource({
  resource_name: 'location_type',
  object_class: 'location_type',
  help: 'Kinds of places, from the widest (admin_level 0) to the narrowest.',
  fields: {
    id,
    name: { type: 'string', blank: false, unique: true, maxLength: maxPlaceLengths.type },
    admin_level: { type: 'integer', sql_type: 'integer', help: '0 = widest.' },
    created_at,
    updated_at,
  },
  required_fields_for_post: ['name', 'admin_level'],
  order: ['admin_level'],
  permission: { read: 'metadata.read', write: 'metadata.write' },
  hooks: {
    lock: lockTree,
    afterWrite: async (changes, { tx }) => {
      for (const { id: typeId, before, after } of changes) {
        if (before === null || after === null || before.admin_level === after.admin_level) continue;
        await checkLevels(tx, touchingType(Number(typeId)));
        await markShapesOfType(tx, Number(typeId));
      }
    },
  },
});

export function locationResource(context: Context): ResourceDeclaration {
  return resource({
    resource_name: 'location',
    object_class: 'location',
    help: 'Places. Lists take the selection of the monitoring contract (location_id, location_type, …) and ordinary filters.',
    fields: {
      id,
      name: { type: 'string', blank: false, maxLength: maxPlaceLengths.name },
      location_code: { type: 'string', blank: false, unique: true, maxLength: maxPlaceLengths.code },
      location_type_id: { type: 'integer', sql_type: 'integer', references: { resource: 'location_type' } },
      parent_location_id: {
        type: 'integer',
        sql_type: 'integer',
        nullable: true,
        references: { resource: 'location' },
      },
      latitude: { type: 'number', nullable: true, minimum: -90, maximum: 90 },
      longitude: { type: 'number', nullable: true, minimum: -180, maximum: 180 },
      lpd_status: { type: 'integer', sql_type: 'integer', nullable: true },
      aliases: { type: 'list', default: [], help: 'Other names it goes by in files.' },
      lvl: {
        type: 'integer',
        sql_type: 'integer',
        path: 'location_type__admin_level',
        help: 'The admin_level of its type.',
      },
      created_at,
      updated_at,
    },
    query_fields: [
      'id',
      'name',
      'location_code',
      'location_type_id',
      'location_type__name',
      'parent_location_id',
      'latitude',
      'longitude',
      'lpd_status',
      'aliases',
      'lvl',
      'created_at',
      'updated_at',
    ],
    required_fields_for_post: ['name', 'location_code', 'location_type_id'],
    natural_keys: [['name', 'parent_location_id']],
    permission: { read: 'location.read', write: 'location.write', scope: 'id' },
    parameters: {
      ...selectionParameters,
      ...filterPeriodParameters,
      include_top: { type: 'boolean', help: "Also the caller's top location, wherever the selection lies." },
    },
    hooks: {
      lock: lockTree,
      select: async (query, parameters, read) => {
        const place = query.column('id');
        const selected = await placesSelected(context, place, parameters, read);
        if (selected === undefined) return;
        query.where(parameters.include_top ? sql`(${selected} or ${place} = ${topLocation(read.access)})` : selected);
      },
      beforeWrite: async (value, { tx, access, id: placeId, before }) => {
        if (value.aliases !== undefined) checkAliases(value.aliases);
        if (before === null || value.parent_location_id === undefined) return;
        const move = {
          id: Number(placeId),
          from: before.parent_location_id as number | null,
          to: value.parent_location_id,
        };
        if (move.from === move.to) return;
        await checkNotBelowItself(tx, move);
        await checkMove(tx, access, move);
      },
      afterWrite: async (changes, { tx }) => {
        const kept = changes.filter(({ after }) => after !== null);
        const retyped = kept.filter(isOther('location_type_id')).map(placeIdOf);
        const reparented = kept.filter(isOther('parent_location_id'));
        const placed = [...kept.filter(({ before }) => before === null), ...reparented].map(placeIdOf);
        if (placed.length + retyped.length > 0) await checkLevels(tx, touchingPlaces([...placed, ...retyped]));
        if (retyped.length > 0) await markShapesOfPlaces(tx, retyped);
        const moved = reparented.map((change) => ({
          locationId: placeIdOf(change),
          from: (change.before?.parent_location_id ?? null) as number | null,
          to: (change.after?.parent_location_id ?? null) as number | null,
        }));
        if (moved.length > 0) await placesMoved.tell(context, tx, { moved });
      },
    },
  });
}

const placeIdOf = ({ id: placeId }: Change): number => Number(placeId);

const isOther =
  (field: string) =>
  ({ before, after }: Change): boolean =>
    before !== null && before[field] !== after?.[field];

function checkAliases(aliases: unknown[]): void {
  if (!aliases.every((alias) => typeof alias === 'string' && alias.trim() !== '')) throw invalidAliases();
  const most = maxPlaceLengths.aliases;
  if (aliases.some((alias) => (alias as string).length > most)) throw aliasTooLong(most);
}

/** Kept by the triggers of migration 0040. No relations: nothing in it stops a place from being deleted. */
export const locationTreeResource: ResourceDeclaration = resource({
  resource_name: 'location_tree',
  object_class: 'location_tree',
  help: 'Every place with each of its ancestors; itself at distance 0.',
  fields: {
    id,
    parent_location_id: { type: 'integer', sql_type: 'integer' },
    location_id: { type: 'integer', sql_type: 'integer' },
    lvl: { type: 'integer', sql_type: 'integer', help: 'Steps between the two.' },
  },
  natural_keys: [['parent_location_id', 'location_id']],
  permission: { read: 'location.read', scope: 'location_id' },
});

export function locationResponsibilityResource(): ResourceDeclaration {
  return resource({
    resource_name: 'location_responsibility',
    object_class: 'location_responsibility',
    help: 'Who may see, enter values for, or look after a place and everything below it.',
    fields: {
      id,
      user_id: {
        type: 'integer',
        sql_type: 'integer',
        help: 'Integer id of the user; a uuid or an e-mail address is understood as well.',
      },
      top_lvl_location_id: { type: 'integer', sql_type: 'integer', references: { resource: 'location' } },
      right: { type: 'string', choices: ['view', 'capture', 'manage'], default: 'view' },
      owner_id: {
        type: 'uuid',
        secret: true,
        readonly: true,
        expression: '(select u.id from "user" u where u.number = {t}.user_id)',
      },
      created_at,
      updated_at,
    },
    required_fields_for_post: ['user_id', 'top_lvl_location_id'],
    natural_keys: [['user_id', 'top_lvl_location_id', 'right']],
    delete_by_filter: true,
    permission: {
      read: 'responsibility.read',
      write: 'responsibility.write',
      scope: 'top_lvl_location_id',
      owner: 'owner_id',
    },
    parameters: { user_id: { type: 'integer', help: 'Whose. Needed, unless you are an administrator.' } },
    hooks: {
      given: async (sent, db) => {
        const { user_id: user } = sent;
        if (typeof user !== 'string' || /^\s*[+-]?\d+\s*$/.test(user) || user === '') return sent;
        const found = await findUserId(db, user);
        if (found === undefined) throw noSuchUser(user);
        return { ...sent, user_id: String(found.number) };
      },
      // Before it is stored: the row itself may give the right that is asked about.
      beforeWrite: async ({ top_lvl_location_id: place }, { tx, access }) => {
        if (place !== undefined) await checkHandingOut(tx, access, place);
      },
      select: (query, { user_id }, { access }) => {
        if (user_id !== undefined) query.where(sql`${query.column('user_id')} = ${user_id}::bigint`);
        else if (!access.can('responsibility.read')) throw missingParameter('user_id');
      },
    },
  });
}
