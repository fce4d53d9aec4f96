import { MultiSelect, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Indicator, indicatorSearchQuery, indicatorsQuery, type PeriodKind } from '../api/indicators.ts';

interface PickerProps {
  label: string;
  description?: string;
  placeholder?: string;
  autoFocus?: boolean;
  error?: string | undefined;
  /** Only those collected so. */
  kind?: PeriodKind;
  /** Not offered. */
  without?: readonly number[];
}

export function IndicatorPicker({
  value,
  onChange,
  ...props
}: PickerProps & { value: number | undefined; onChange: (id: number) => void }) {
  const { data, setTyped, nothing, more } = useOptions(value === undefined ? [] : [value], props);
  return (
    <Select
      {...more}
      searchable
      allowDeselect={false}
      data={data}
      filter={({ options }) => options}
      value={value === undefined ? null : String(value)}
      onChange={(next) => next !== null && onChange(Number(next))}
      onSearchChange={setTyped}
      nothingFoundMessage={nothing}
    />
  );
}

export function IndicatorsPicker({
  value,
  onChange,
  ...props
}: PickerProps & { value: readonly number[]; onChange: (ids: number[]) => void }) {
  const { data, setTyped, nothing, more } = useOptions(value, props);
  return (
    <MultiSelect
      {...more}
      searchable
      data={data}
      filter={({ options }) => options.filter((option) => !value.includes(Number((option as { value: string }).value)))}
      value={value.map(String)}
      onChange={(next) => onChange(next.map(Number))}
      onSearchChange={setTyped}
      nothingFoundMessage={nothing}
    />
  );
}

function useOptions(chosen: readonly number[], { kind, without = [], ...more }: PickerProps) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 180);
  const known = useQuery(indicatorsQuery(chosen)).data ?? [];
  // The text of what is chosen stands in the field and is not a search.
  const words = known.some((one) => optionOf(one).label === search) ? '' : search;
  const { data: answer, isPending } = useQuery(indicatorSearchQuery(words));
  const found = answer?.objects ?? [];
  const fitting = found.filter(
    (one) => (kind === undefined || one.resource_name === kind) && !without.includes(one.id),
  );
  const ids = new Set(fitting.map(({ id }) => id));
  const data = [...known.filter(({ id }) => !ids.has(id)), ...fitting].map(optionOf);
  return { data, setTyped, nothing: isPending ? undefined : 'No indicator is called so', more };
}

const optionOf = ({ id, name, short_name }: Indicator) => ({
  value: String(id),
  label: name === short_name ? name : `${name} (${short_name})`,
});
