import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type PlaceLine, placeQuery, placeSearchQuery } from '../api/places.ts';

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
export function PlacePicker({ label, value, onChange, clearable = false, ...more }: PlacePickerProps) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 180);
  const chosen = useQuery({ ...placeQuery(value ?? 0), enabled: value !== undefined }).data;
  // The text of what is chosen stands in the field and is not a search.
  const words = chosen !== undefined && search === labelOf(chosen) ? '' : search.trim();
  const { data: found = [], isPending } = useQuery(placeSearchQuery(words));
  const options = chosen !== undefined && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  return (
    <Select
      label={label}
      searchable
      clearable={clearable}
      allowDeselect={false}
      data={options.map((place) => ({ value: String(place.id), label: labelOf(place) }))}
      filter={({ options: all }) => all}
      value={value === undefined || chosen === undefined ? null : String(value)}
      onChange={(next) => onChange(next === null ? undefined : Number(next))}
      onSearchChange={setTyped}
      nothingFoundMessage={isPending ? undefined : 'No place is called so'}
      placeholder="Search by name or code"
      {...more}
    />
  );
}

const labelOf = (place: PlaceLine): string => `${place.name} (${place.location_type__name}, ${place.location_code})`;
