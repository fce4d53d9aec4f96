import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type PlaceLine, placeQuery, placeSearchQuery } from '../api/places.ts';
import { notLoaded } from './not-loaded.tsx';
import { useSearched, useTakeFirst } from './use-search-field.ts';

interface PlacePickerProps {
  label: string;
  value: number | undefined;
  onChange: (id: number | undefined) => void;
  clearable?: boolean;
  description?: string;
  placeholder?: string;
  autoFocus?: boolean;
  error?: string | undefined;
}

/** One place out of however many: what is typed is searched for on the server. */
export function PlacePicker({ label, value, onChange, clearable = false, error, ...more }: PlacePickerProps) {
  const one = useQuery({ ...placeQuery(value ?? 0), enabled: value !== undefined });
  const chosen = one.data;
  const { typed, setTyped, words, hasWords, isTyping } = useSearched(chosen === undefined ? [] : [labelOf(chosen)]);
  const search = useQuery(placeSearchQuery(words));
  const { data: found = [], isPending, isPlaceholderData } = search;
  const isFresh = !isTyping && !isPending && !isPlaceholderData;
  const onKeyDown = useTakeFirst({ hasWords, isFresh });
  // What is chosen is among the data for its text; offered is what was found for what is typed.
  const isOffered = new Set(isFresh ? found.map(({ id }) => String(id)) : []);
  const data = chosen !== undefined && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  const options = data.map((place) => ({ value: String(place.id), label: labelOf(place) }));
  return (
    <Select
      label={label}
      searchable
      clearable={clearable}
      allowDeselect={false}
      data={options}
      filter={({ options: all }) => all.filter((one) => isOffered.has((one as { value: string }).value))}
      value={value === undefined || chosen === undefined ? null : String(value)}
      onChange={(next) => onChange(next === null ? undefined : Number(next))}
      searchValue={typed}
      onSearchChange={setTyped}
      onOptionSubmit={(id) => setTyped(options.find((one) => one.value === id)!.label)}
      onKeyDown={onKeyDown}
      nothingFoundMessage={search.error !== null ? 'Not loaded' : isFresh ? 'No place is called so' : 'Searching …'}
      placeholder="Search by name or code"
      error={notLoaded(search, one) ?? error}
      {...more}
    />
  );
}

const labelOf = (place: PlaceLine): string => `${place.name} (${place.location_type__name}, ${place.location_code})`;
