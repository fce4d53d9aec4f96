import { MultiSelect, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Indicator, indicatorSearchQuery, indicatorsQuery, type PeriodKind } from '../api/indicators.ts';
import { notLoaded } from './not-loaded.tsx';
import { useSearched, useTakeFirst } from './use-search-field.ts';

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
  const { field, isOffered, setTyped } = useOptions(value === undefined ? [] : [value], props);
  return (
    <Select
      {...field}
      searchable
      allowDeselect={false}
      filter={({ options }) => options.filter((option) => isOffered.has((option as Option).value))}
      value={value === undefined ? null : String(value)}
      onChange={(next) => next !== null && onChange(Number(next))}
      // Where a choice is an action and nothing stays chosen, the next search begins empty.
      onOptionSubmit={(id) =>
        setTyped(value === undefined ? '' : field.data.find((option) => option.value === id)!.label)
      }
    />
  );
}

export function IndicatorsPicker({
  value,
  onChange,
  ...props
}: PickerProps & { value: readonly number[]; onChange: (ids: number[]) => void }) {
  const { field, isOffered } = useOptions(value, props);
  const isChosen = new Set(value.map(String));
  return (
    <MultiSelect
      {...field}
      searchable
      filter={({ options }) =>
        options.filter((option) => {
          const id = (option as Option).value;
          return isOffered.has(id) && !isChosen.has(id);
        })
      }
      value={value.map(String)}
      onChange={(next) => onChange(next.map(Number))}
    />
  );
}

function useOptions(chosen: readonly number[], { kind, without = [], error, ...more }: PickerProps) {
  const some = useQuery(indicatorsQuery(chosen));
  const known = some.data ?? [];
  const { typed, setTyped, words, hasWords, isTyping } = useSearched(known.map((one) => optionOf(one).label));
  const search = useQuery(indicatorSearchQuery(words, { kind, without }));
  const { data: answer, isPending, isPlaceholderData } = search;
  const isFresh = !isTyping && !isPending && !isPlaceholderData;
  const onKeyDown = useTakeFirst({ hasWords, isFresh });
  const found = answer?.objects ?? [];
  const ids = new Set(found.map(({ id }) => id));
  // What is chosen is among the data for its text; offered is what was found for what is typed.
  const data = [...known.filter(({ id }) => !ids.has(id)), ...found].map(optionOf);
  const there = new Set(data.map(({ value }) => value));
  // An address may name what is not there; its number alone would look like a name.
  for (const id of chosen) if (!there.has(String(id))) data.push({ value: String(id), label: `indicator ${id}` });
  const field = {
    ...more,
    error: notLoaded(search, some) ?? error,
    data,
    searchValue: typed,
    onSearchChange: setTyped,
    onKeyDown,
    nothingFoundMessage: search.error !== null ? 'Not loaded' : isFresh ? 'No indicator is called so' : 'Searching …',
  };
  return { field, setTyped, isOffered: new Set(isFresh ? [...ids].map(String) : []) };
}

type Option = { value: string };

const optionOf = ({ id, name, short_name }: Indicator) => ({
  value: String(id),
  label: name === short_name ? name : `${name} (${short_name})`,
});
