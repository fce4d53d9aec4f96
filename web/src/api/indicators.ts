import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { fetchApi, type Query } from './fetch-api.ts';
import { fetchList } from './list.ts';
import { wholeNaturally } from './natural-order.ts';

export type DataFormat = 'int' | 'float' | 'pct' | 'bool' | 'class' | 'date_int' | 'date';
export type PeriodKind = 'campaign' | 'date';

export interface Bound {
  id: number;
  bound_name: string;
  mn_val: number | null;
  mx_val: number | null;
  /** 1 more is better, -1 less is, 0 neither. */
  direction: number;
}

export interface Indicator {
  id: number;
  short_name: string;
  name: string;
  description: string;
  data_format: DataFormat;
  resource_name: PeriodKind;
  is_reported: boolean;
  source_name: string;
  unit: string | null;
  aggregation: string | null;
  weight_indicator_id: number | null;
  min: number | null;
  max: number | null;
  /** Where both are there they say which side is good, for colours. */
  good_bound: number | null;
  bad_bound: number | null;
  categories: { value: number; label: string }[] | null;
  aliases: string[];
  bound_json: Bound[];
  tag_json: number[];
  definition_version: number;
  updated_at: string;
}
type ReadOnlyField = 'id' | 'bound_json' | 'tag_json' | 'definition_version' | 'updated_at';
export type IndicatorFields = Omit<Indicator, ReadOnlyField>;

export type Role =
  | 'PART_TO_BE_SUMMED'
  | 'NUMERATOR'
  | 'DENOMINATOR'
  | 'WHOLE_OF_DIFFERENCE'
  | 'PART_OF_DIFFERENCE'
  | 'latest_date'
  | 'district_count';

export interface Component {
  id: number;
  indicator_id: number;
  indicator_component_id: number;
  indicator_component__short_name: string;
  calculation: Role;
}

export interface Tag {
  id: number;
  tag_name: string;
  parent_tag_id: number | null;
}

export const pageOfIndicators = 100;

const list = async (query: Query, signal?: AbortSignal) => {
  const found = await fetchList<Indicator>('/api/v1/indicator', query, signal);
  return { ...found, objects: wholeNaturally(found, ({ name }) => name) };
};

interface IndicatorFilter {
  tag?: string | undefined;
  kind?: PeriodKind | undefined;
  without?: readonly number[];
}

/** By a part of the name or of the short name, among those the filter leaves. */
export const indicatorSearchQuery = (words: string, { tag, kind, without = [] }: IndicatorFilter = {}) =>
  queryOptions({
    queryKey: ['indicators', 'search', words, tag ?? null, kind ?? null, without],
    queryFn: async ({ signal }) => {
      const query = {
        indicator_tag_id: tag,
        resource_name: kind,
        id__not__in: without.join(','),
        limit: pageOfIndicators,
      };
      if (words === '') return await list(query, signal);
      const [named, short] = await Promise.all([
        list({ ...query, name__icontains: words }, signal),
        list({ ...query, short_name__icontains: words, name__not__icontains: words, limit: 30 }, signal),
      ]);
      return { meta: named.meta, objects: [...named.objects, ...short.objects] };
    },
    placeholderData: keepPreviousData,
  });

/** By their short names. */
export const indicatorsCalledQuery = (names: readonly string[]) =>
  queryOptions({
    queryKey: ['indicators', 'called', names],
    queryFn: async ({ signal }) => (await list({ short_name__in: names.join(',') }, signal)).objects,
    enabled: names.length > 0,
  });

export const indicatorQuery = (id: number) =>
  queryOptions({
    queryKey: ['indicators', 'one', id],
    queryFn: ({ signal }) => fetchApi<Indicator>(`/api/v1/indicator/${id}`, { signal }),
  });

export const indicatorsQuery = (ids: readonly number[]) =>
  queryOptions({
    queryKey: ['indicators', 'some', ids],
    queryFn: async ({ signal }) => {
      if (ids.length === 0) return [];
      const { objects } = await list({ id__in: ids.join(',') }, signal);
      return ids.flatMap((id) => objects.find((one) => one.id === id) ?? []);
    },
    placeholderData: keepPreviousData,
  });

export const componentsQuery = (ids: readonly number[]) =>
  queryOptions({
    queryKey: ['indicators', 'components', ids],
    queryFn: async ({ signal }) =>
      ids.length === 0
        ? []
        : (
            await fetchList<Component>(
              '/api/v1/indicator_calculation',
              { indicator_id__in: ids.join(','), order_by: 'id' },
              signal,
            )
          ).objects,
    placeholderData: keepPreviousData,
  });

/** Formulas the indicator is part of. */
export const usesQuery = (id: number) =>
  queryOptions({
    queryKey: ['indicators', 'uses', id],
    queryFn: ({ signal }) =>
      fetchList<Component>('/api/v1/indicator_calculation', { indicator_component_id: id }, signal),
  });

export const tagsQuery = queryOptions({
  queryKey: ['indicators', 'tags'],
  queryFn: async ({ signal }) => {
    const found = await fetchList<Tag>('/api/v1/indicator_tag', { order_by: 'tag_name' }, signal);
    return { ...found, objects: wholeNaturally(found, ({ tag_name }) => tag_name) };
  },
});

export const createIndicator = (body: IndicatorFields): Promise<Indicator> =>
  fetchApi('/api/v1/indicator', { method: 'POST', body });
export const indicatorPath = (id: number) => `/api/v1/indicator/${id}`;
export const deleteIndicator = (id: number): Promise<unknown> =>
  fetchApi(`/api/v1/indicator/${id}`, { method: 'DELETE' });

export const addComponent = (body: Omit<Component, 'id' | 'indicator_component__short_name'>): Promise<Component> =>
  fetchApi('/api/v1/indicator_calculation', { method: 'POST', body });
export const removeComponent = (id: number): Promise<unknown> =>
  fetchApi(`/api/v1/indicator_calculation/${id}`, { method: 'DELETE' });

export const addBound = (indicator_id: number, body: Omit<Bound, 'id'>): Promise<Bound> =>
  fetchApi('/api/v1/indicator_bound', { method: 'POST', body: { indicator_id, ...body } });
export const turnBound = (id: number, direction: number): Promise<Bound> =>
  fetchApi(`/api/v1/indicator_bound/${id}`, { method: 'PATCH', body: { direction } });
export const removeBound = (id: number): Promise<unknown> =>
  fetchApi(`/api/v1/indicator_bound/${id}`, { method: 'DELETE' });

export const createTag = (tag_name: string): Promise<Tag> =>
  fetchApi('/api/v1/indicator_tag', { method: 'POST', body: { tag_name } });
export const tagIndicator = (indicator_id: number, indicator_tag_id: number): Promise<unknown> =>
  fetchApi('/api/v1/indicator_to_tag', { method: 'POST', body: { indicator_id, indicator_tag_id } });
export const untagIndicator = (indicator_id: number, indicator_tag_id: number): Promise<unknown> =>
  fetchApi('/api/v1/indicator_to_tag', { method: 'DELETE', query: { indicator_id, indicator_tag_id } });
