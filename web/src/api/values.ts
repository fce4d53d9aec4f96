import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { fetchApi, ifMatch, type Query } from './fetch-api.ts';
import { fetchList, fetchPages } from './list.ts';

export interface Cell {
  id: number | null;
  indicator_id: number;
  location_id: number;
  campaign_id?: number | null;
  data_date?: string | null;
  time_grouping?: string | number | null;
  value: number | string | null;
  is_agg?: boolean;
  is_calculated?: boolean;
  is_partial?: boolean;
  has_conflict?: boolean;
  flags?: string[];
  note?: string | null;
}

/** Effective values of campaigns; every cell asked for is there, empty ones too. */
export const campaignValuesQuery = (query: Query) =>
  queryOptions({
    queryKey: ['values', 'campaign', query],
    queryFn: ({ signal }) => fetchPages<Cell>('/api/v1/campaign_datapoint', query, signal),
    placeholderData: keepPreviousData,
  });

/**
 * Of days: what is stored, with the ids by which it is changed, and between them what is calculated or put together from
 * places below, which has none.
 */
export const dayValuesQuery = (query: Query) =>
  queryOptions({
    queryKey: ['values', 'day', query],
    queryFn: async ({ signal }): Promise<Cell[]> => {
      const [stored, all] = await Promise.all([
        fetchPages<Cell>('/api/v1/date_datapoint', query, signal),
        fetchPages<Cell>('/api/v1/date_datapoint', { ...query, group_by_time: 'day' }, signal),
      ]);
      const isStored = new Set(stored.objects.map(placeAndDay));
      const computed = all.objects.map((cell) => ({ ...cell, id: null, data_date: String(cell.time_grouping) }));
      return [...stored.objects, ...computed.filter((cell) => !isStored.has(placeAndDay(cell)))];
    },
    placeholderData: keepPreviousData,
  });
const placeAndDay = ({ location_id, indicator_id, data_date }: Cell) => `${location_id} ${indicator_id} ${data_date}`;

/** Of either kind, grouped over time if asked. */
export const valuesQuery = (query: Query) =>
  queryOptions({
    queryKey: ['values', 'any', query],
    queryFn: ({ signal }) => fetchPages<Cell>('/api/v1/datapoint', query, signal),
    placeholderData: keepPreviousData,
  });

/** What a value is of, beside its indicator and place. */
export type Period = { campaign_id: number } | { data_date: string };
const listOf = (period: Period): string =>
  'campaign_id' in period ? '/api/v1/campaign_datapoint' : '/api/v1/date_datapoint';

export type Coordinates = Period & { location_id: number; indicator_id: number };

export interface Entry {
  value: number | string | null;
  note?: string | null | undefined;
  confirm_warnings?: boolean;
}

/** Refused with 409 where something is entered already. */
export const enterValue = (cell: Coordinates, entry: Entry): Promise<Cell> =>
  fetchApi(listOf(cell), { method: 'POST', body: { ...cell, ...entry } });

/** `tag` is what the cell had when its change began: refused when somebody else was quicker. */
export const changeValue = (period: Period, id: number, entry: Entry, tag: string | undefined): Promise<Cell> =>
  fetchApi(`${listOf(period)}/${id}`, { method: 'PATCH', body: entry, ...ifMatch(tag) });

export const withdrawValue = (period: Period, id: number, tag: string | undefined): Promise<unknown> =>
  fetchApi(`${listOf(period)}/${id}`, { method: 'DELETE', ...ifMatch(tag) });

/** `if_match` and `if_none_match` of a cell are what the headers of one request are; refused with 412. */
export type GridCell = Coordinates & Entry & { if_match?: string | undefined; if_none_match?: string };

export interface BulkResult {
  status: number;
  id?: number;
  error?: string;
  object?: Cell;
}

/** Many cells of one kind of period at once, each answered for itself. */
export const enterValues = (cells: GridCell[]): Promise<{ results: BulkResult[] }> =>
  fetchApi(listOf(cells[0]!), {
    method: 'PUT',
    body: { objects: cells },
    headers: { prefer: 'handling=lenient, return=representation' },
  });

export interface TaggedCell {
  cell: Cell;
  /** Of a change of the cell as it was read: refused with 412 when somebody else was quicker. */
  tag: string;
}

/** Ids of one address: the line of a request has room for them. */
const idsAtOnce = 400;

/** Cells of one kind of period as they are now, by id; what is not there any more is left out. */
export async function fetchTagged(period: Period, ids: number[]): Promise<Map<number, TaggedCell>> {
  const found = new Map<number, TaggedCell>();
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const path = `${listOf(period)}/set/${ids.slice(at, at + idsAtOnce).join(';')}`;
    const { objects, etags } = await fetchApi<{ objects: (Cell & { id: number })[]; etags: string[] }>(path);
    for (const [index, cell] of objects.entries()) found.set(cell.id, { cell, tag: etags[index]! });
  }
  return found;
}

/** What somebody entered by hand and what counts, at these places and indicators in these periods; null cleared a cell. */
export const fetchEntries = (cells: Coordinates[]): Promise<EnteredCell[]> =>
  fetchStored<EnteredCell>(cells, { origin: 'entry', fields: enteredFields.join(',') });

/** What is stored in one cell, by hand or by files and scripts, whether it counts or not. */
export const storedQuery = (cell: Coordinates) =>
  queryOptions({
    queryKey: ['values', 'stored', cell],
    queryFn: ({ signal }) => fetchStoredIn(cell, signal),
  });
export const fetchStoredIn = async (cell: Coordinates, signal?: AbortSignal): Promise<Stored> => {
  const found = await fetchStored<Pick<Cell, 'value'> & { origin: string }>([cell], { fields: 'value,origin' }, signal);
  return {
    entry: found.find(({ origin }) => origin === 'entry'),
    isBelow: found.some(({ origin }) => origin !== 'entry'),
  };
};
/** What people and scripts say in these cells, which counts before documents. */
export const storedCellsQuery = (cells: Coordinates[]) =>
  queryOptions({
    queryKey: ['values', 'stored', cells],
    queryFn: ({ signal }) =>
      fetchStored<StoredCell>(
        cells,
        { origin__in: 'entry,script', fields: [...enteredFields, 'origin'].join(',') },
        signal,
      ),
  });
export type StoredCell = EnteredCell & { origin: string };
export interface Stored {
  /** By hand; null cleared the cell. */
  entry: Pick<Cell, 'value'> | undefined;
  /** Whether a file or a script says something there. */
  isBelow: boolean;
}

async function fetchStored<T>(cells: Coordinates[], more: Query, signal?: AbortSignal): Promise<T[]> {
  const among = (values: (number | string)[]) => [...new Set(values)].join(',');
  const periods =
    'campaign_id' in cells[0]!
      ? { campaign_id__in: among(cells.map((cell) => ('campaign_id' in cell ? cell.campaign_id : ''))) }
      : { data_date__in: among(cells.map((cell) => ('data_date' in cell ? cell.data_date : ''))) };
  const query = {
    ...periods,
    indicator__in: among(cells.map(({ indicator_id }) => indicator_id)),
    location_id__in: among(cells.map(({ location_id }) => location_id)),
    retracted_at__isnull: true,
    ...more,
  };
  return (await fetchList<T>('/api/v1/datapoint_history', query, signal)).objects;
}
const enteredFields = ['indicator_id', 'location_id', 'campaign_id', 'data_date', 'value', 'note'] as const;
export type EnteredCell = Pick<Cell, (typeof enteredFields)[number]>;

export interface Source {
  document_id?: number | null;
  doc_title?: string | null;
  sha256?: string | null;
  dataset?: string;
  revision?: number | string;
  row?: number | null;
  /** Of the row in the file, its header counted. */
  line?: number | null;
  column?: string | null;
  raw?: string | null;
  /** Of a sum each cell it is made of; at most 200 of `rows_total`. */
  rows?: { row: number; line?: number; column?: string; raw?: string }[];
  rows_total?: number;
  /** Columns of the row that mean the same and do not count. */
  passed_over?: { column: string; raw: string }[];
  cleaning?: string[];
  mappings?: {
    id: number;
    code: string;
    content_type: string;
    mapped_by_id: number | null;
    mapped_by: string | null;
  }[];
  uploaded_by?: number | null;
  uploaded_by_username?: string | null;
  run?: string | null;
  at?: string;
}
export interface EnteredBy {
  username: string | null;
  at: string;
  note: string | null;
  value_before?: number | string | null;
}

export interface Lineage {
  id?: number | null;
  cell: {
    indicator_id: number;
    location_id: number;
    campaign_id?: number;
    data_date?: string;
    time_grouping?: string | number;
  };
  indicator?: string;
  location?: string;
  campaign?: string;
  role?: string;
  value: number | string | null;
  kind: 'stored' | 'entry' | 'rolled_up' | 'calculated' | 'none' | string;
  flags?: string[];
  lineage: string;
  formula?: string;
  operator?: string;
  definition_version?: number;
  at?: string | null;
  source?: Source;
  entry?: EnteredBy;
  cleared?: EnteredBy;
  conflict?: { stored: number | string; computed: number | string };
  superseded?: { value: number | string | null; reason: string; source?: Source; entry?: EnteredBy }[];
  inputs?: Lineage[];
  inputs_total?: number;
  without_data?: { location_id: number; location: string }[];
  without_data_total?: number;
  next?: string | null;
}

export const fetchLineage = (path: string): Promise<Lineage> => fetchApi(path);

/** `path` is a lineage address of the API, as its own answers name them; its inputs come in pages. */
export const lineageQuery = (path: string) =>
  infiniteQueryOptions({
    queryKey: ['values', 'lineage', path],
    queryFn: ({ pageParam: cursor, signal }) => {
      const address = new URL(path, window.location.origin);
      if (cursor !== undefined) address.searchParams.set('cursor', cursor);
      return fetchApi<Lineage>(address.pathname + address.search, { signal });
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // The first page tells of the value itself, all of them of its inputs.
    select: ({ pages }): Lineage => ({ ...pages[0]!, inputs: pages.flatMap(({ inputs = [] }) => inputs) }),
  });
