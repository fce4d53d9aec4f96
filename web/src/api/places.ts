import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { fetchApi, type Query } from './fetch-api.ts';
import { fetchList } from './list.ts';
import { naturally, wholeNaturally } from './natural-order.ts';
import type { ProblemDetail } from './problem.ts';
import type { User } from './session.ts';

export interface Place {
  id: number;
  name: string;
  location_code: string;
  location_type_id: number;
  location_type__name: string;
  parent_location_id: number | null;
  latitude: number | null;
  longitude: number | null;
  aliases: string[];
  lvl: number;
}
/** What lists and pickers need of one. */
export type PlaceLine = Pick<
  Place,
  'id' | 'name' | 'location_code' | 'location_type__name' | 'parent_location_id' | 'lvl'
>;

export interface PlaceType {
  id: number;
  name: string;
  admin_level: number;
}

export type PlaceFields = Omit<Place, 'id' | 'location_type__name' | 'lvl'>;

const line = 'id,name,location_code,location_type__name,parent_location_id,lvl';
const list = async (query: Query, signal?: AbortSignal) => {
  const found = await fetchList<PlaceLine>('/api/v1/location', { fields: line, order_by: 'name', ...query }, signal);
  return { ...found, objects: wholeNaturally(found, ({ name }) => name) };
};
/** The widest first. */
const searched = async (query: Query, signal: AbortSignal) => {
  const { objects } = await list({ ...query, count: 'none', order_by: 'lvl,name' }, signal);
  return objects.toSorted((a, b) => a.lvl - b.lvl || naturally(a.name, b.name));
};

export const placeTypesQuery = queryOptions({
  queryKey: ['places', 'types'],
  queryFn: ({ signal }) => fetchList<PlaceType>('/api/v1/location_type', {}, signal),
});

export const createPlaceType = (name: string, admin_level: number): Promise<PlaceType> =>
  fetchApi('/api/v1/location_type', { method: 'POST', body: { name, admin_level } });

/** Where the tree begins for this person: roots, or the tops of what they are responsible for. */
export const rootPlacesQuery = (user: User | null | undefined) =>
  queryOptions({
    queryKey: ['places', 'roots', user?.id],
    queryFn: ({ signal }) => rootsOf(user?.role === 'USER', signal),
  });

async function rootsOf(isScoped: boolean, signal: AbortSignal): Promise<PlaceLine[]> {
  if (!isScoped) return (await list({ parent_location_id__isnull: true }, signal)).objects;
  const first = await fetchApi<{ meta: { top_lvl_location_id: number | null } }>('/api/v1/location', {
    query: { limit: 1, fields: 'id' },
    signal,
  });
  const top = first.meta.top_lvl_location_id;
  if (top === null) return [];
  // Only this answer tells the person's integer, which their responsibilities are filtered by.
  const { user_id } = await fetchApi<Explained>(`/api/v1/location/${top}/explain_access`, { signal });
  const own = await fetchList<Responsibility>('/api/v1/location_responsibility', { user_id }, signal);
  const ids = [...new Set(own.objects.map((one) => one.top_lvl_location_id))];
  const tops = (await list({ location_id__in: ids.join(',') }, signal)).objects;
  const lines = await fetchList<{ location_id: number; parent_location_id: number }>(
    '/api/v1/location_tree',
    { location_id__in: ids.join(','), parent_location_id__in: ids.join(','), lvl__gt: 0 },
    signal,
  );
  const covered = new Set(lines.objects.map((one) => one.location_id));
  return tops.filter(({ id }) => !covered.has(id));
}

export const childPlacesQuery = (id: number) =>
  queryOptions({
    queryKey: ['places', 'children', id],
    queryFn: async ({ signal }) => (await list({ parent_location_id: id }, signal)).objects,
  });

/** Ids of the children of a place that have children themselves. */
export const parentsBelowQuery = (id: number) =>
  queryOptions({
    queryKey: ['places', 'parents below', id],
    queryFn: async ({ signal }) => {
      const { objects } = await list(
        { location_id: id, location_depth: 2, fields: 'parent_location_id', order_by: 'id' },
        signal,
      );
      return new Set(objects.map((one) => one.parent_location_id));
    },
  });

export const placeQuery = (id: number) =>
  queryOptions({
    queryKey: ['places', 'one', id],
    queryFn: ({ signal }) =>
      fetchList<Place>('/api/v1/location', { id }, signal).then(
        ({ objects: [found] }) => found ?? fetchApi<Place>(`/api/v1/location/${id}`, { signal }),
      ),
  });

/** `depth` levels below a place: 0 is the place itself. */
export const placesBelowQuery = (id: number, depth: number, page: { limit: number; offset: number; name: string }) =>
  queryOptions({
    queryKey: ['places', 'below', id, depth, page],
    queryFn: ({ signal }) => {
      const { limit, offset, name: name__icontains } = page;
      return list({ location_id: id, location_depth: depth, limit, offset, name__icontains }, signal);
    },
    placeholderData: keepPreviousData,
  });

/** From the widest the caller sees down to the place itself. */
export const placePathQuery = (id: number) =>
  queryOptions({
    queryKey: ['places', 'path', id],
    queryFn: async ({ signal }) => {
      const steps = await fetchList<{ parent_location_id: number; lvl: number }>(
        '/api/v1/location_tree',
        { location_id: id, order_by: '-lvl' },
        signal,
      );
      const ids = steps.objects.map((one) => one.parent_location_id);
      const { objects } = await list({ location_id__in: ids.join(',') }, signal);
      return ids.flatMap((one) => objects.find((place) => place.id === one) ?? []);
    },
  });

const idsAtOnce = 500;

export const placesQuery = (ids: readonly number[]) =>
  queryOptions({
    queryKey: ['places', 'some', ids],
    queryFn: async ({ signal }) => {
      // An address has room for some hundred ids.
      const pages = Math.ceil(ids.length / idsAtOnce);
      const parts = Array.from({ length: pages }, (_, page) => ids.slice(page * idsAtOnce, (page + 1) * idsAtOnce));
      const found: PlaceLine[] = [];
      for (const part of parts) found.push(...(await list({ location_id__in: part.join(',') }, signal)).objects);
      return found;
    },
  });

/** By a part of the name, or the beginning of the code. */
export const placeSearchQuery = (words: string, limit = 30) =>
  queryOptions({
    queryKey: ['places', 'search', words, limit],
    queryFn: async ({ signal }) => {
      if (words === '') return await searched({ limit }, signal);
      const [named, coded] = await Promise.all([
        searched({ name__icontains: words, limit }, signal),
        searched({ location_code__istartswith: words, limit: 10 }, signal),
      ]);
      const known = new Set(named.map(({ id }) => id));
      return [...named, ...coded.filter(({ id }) => !known.has(id))];
    },
    placeholderData: keepPreviousData,
  });

export const createPlace = (body: PlaceFields): Promise<Place> =>
  fetchApi('/api/v1/location', { method: 'POST', body });
export const placePath = (id: number) => `/api/v1/location/${id}`;
export const deletePlace = (id: number): Promise<unknown> => fetchApi(`/api/v1/location/${id}`, { method: 'DELETE' });

export interface Imported {
  meta: {
    dry_run: boolean;
    total_count: number;
    created: number;
    updated: number;
    unchanged: number;
    moved?: number;
    types_created?: number;
    not_found?: string[];
    /** Only where it was guessed. */
    encoding?: string;
  };
  issues: ProblemDetail[];
}

/** `kind` location: a CSV of the tree. `geo`: shapes for places that are there. */
export const importPlaces = (kind: 'location' | 'geo', content: Blob, dry_run: boolean): Promise<Imported> =>
  fetchApi(`/api/v1/${kind}/import`, { method: 'POST', query: { dry_run }, text: { content, type: 'text/plain' } });

export type PlaceRight = 'view' | 'capture' | 'manage';
export interface Responsibility {
  id: number;
  user_id: number;
  top_lvl_location_id: number;
  right: PlaceRight;
}

export interface Explained extends Record<PlaceRight, { granted: boolean; reason: string }> {
  user_id: number;
  username: string;
  role: string;
  sees_all_places: boolean;
  membership: string;
}

/** Why somebody may or may not see, enter for, or look after a place; without a user, oneself. */
export const explainQuery = (id: number, user?: string) =>
  queryOptions({
    queryKey: ['places', 'explain', id, user ?? null],
    queryFn: ({ signal }) =>
      fetchApi<Explained>(`/api/v1/location/${id}/explain_access`, { query: { user_id: user }, signal }),
  });

export const responsibilitiesQuery = (id: number) =>
  queryOptions({
    queryKey: ['places', 'responsible', id],
    queryFn: ({ signal }) =>
      fetchList<Responsibility>('/api/v1/location_responsibility', { top_lvl_location_id: id }, signal),
  });
/** One's own number, which responsibilities and documents name people by, and what one is responsible for. */
export const ownRightsQuery = (user: User | null | undefined) =>
  queryOptions({
    queryKey: ['places', 'own rights', user?.id],
    queryFn: async ({ signal }) => {
      const query = { fields: 'id', limit: 1 };
      const user_id = (await fetchList<{ id: number }>('/api/v1/user', query, signal)).objects[0]?.id ?? 0;
      const { objects } = await fetchList<Responsibility>('/api/v1/location_responsibility', { user_id }, signal);
      return { user_id, places: objects };
    },
  });

/** Whether one of these places lies below the first. */
export const reachesBelowQuery = (id: number, tops: readonly number[]) =>
  queryOptions({
    queryKey: ['places', 'reaches below', id, tops],
    queryFn: async ({ signal }) => {
      const query = { parent_location_id: id, location_id__in: tops.join(','), limit: 1, count: 'none' };
      return (await fetchList<object>('/api/v1/location_tree', query, signal)).objects.length > 0;
    },
  });

export const giveResponsibility = (id: number, user: string, right: PlaceRight): Promise<Responsibility> =>
  fetchApi('/api/v1/location_responsibility', {
    method: 'POST',
    body: { user_id: user, top_lvl_location_id: id, right },
  });
export const takeResponsibility = (id: number): Promise<unknown> =>
  fetchApi(`/api/v1/location_responsibility/${id}`, { method: 'DELETE' });

export interface Shape {
  location_id: number;
  parent_location_id: number;
  properties: { location_id: number; name: string; value?: number | null; [more: string]: unknown };
  geometry: Geometry;
}
export type Ring = [number, number][];
export type Geometry =
  | { type: 'Polygon'; coordinates: Ring[] }
  | { type: 'MultiPolygon'; coordinates: Ring[][] }
  | { type: 'Point'; coordinates: [number, number] }
  | { type: 'LineString'; coordinates: Ring }
  | { type: string; coordinates: unknown };

export const shapesQuery = (query: Query) =>
  queryOptions({
    queryKey: ['places', 'shapes', query],
    queryFn: async ({ signal }) =>
      (await fetchList<Shape>('/api/v1/geo', { simplify: 'auto', ...query }, signal)).objects,
    staleTime: 60_000,
  });
