import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { recordIndexQuery, recordQuery, recordsQuery, type StoredRecord } from '../api/records.ts';
import { notLoaded } from '../ui/not-loaded.tsx';
import { useSearched, useTakeFirst } from '../ui/use-search-field.ts';
import { keyOf, namingField } from './record-words.ts';

interface ReferenceInputProps {
  label: string;
  description: string | undefined;
  required: boolean;
  error: string | undefined;
  /** The table referred to. */
  resource: string;
  /** Its key as text; empty: none chosen. */
  value: string;
  change: (key: string | null) => void;
}

/** A record of another table, searched for by its name on the server; by its key where it has no name. */
export function ReferenceInput({ resource, value, change, ...common }: ReferenceInputProps) {
  const schema = useQuery(recordIndexQuery).data?.[resource]?.schema;
  const name = schema === undefined ? undefined : namingField(schema.fields);
  const canSearch = name !== undefined && schema!.filtering[name]?.includes('icontains');
  if (!canSearch) {
    return (
      <TextInput {...common} autoComplete="off" value={value} onChange={(event) => change(event.currentTarget.value)} />
    );
  }
  return (
    <Search {...common} resource={resource} value={value} change={change} name={name} id={keyOf(schema!.fields)} />
  );
}

function Search({ resource, value, change, name, id, ...common }: ReferenceInputProps & { name: string; id: string }) {
  const labelOf = (record: StoredRecord) => `${record[name]} (${record[id]})`;
  const one = useQuery({ ...recordQuery(resource, value), enabled: value !== '', staleTime: 60_000, gcTime: 60_000 });
  const chosen = one.data?.found;
  const { typed, setTyped, words, hasWords, isTyping } = useSearched(chosen === undefined ? [] : [labelOf(chosen)]);
  const search = useQuery(
    recordsQuery(resource, { limit: 20, count: 'none', ...(words === '' ? {} : { [`${name}__icontains`]: words }) }),
  );
  const found = search.data?.objects ?? [];
  const isFresh = !isTyping && !search.isPending && !search.isPlaceholderData;
  const onKeyDown = useTakeFirst({ hasWords, isFresh });
  const isOffered = new Set(isFresh ? found.map((record) => String(record[id])) : []);
  const all = chosen !== undefined && !found.some((record) => record[id] === chosen[id]) ? [chosen, ...found] : found;
  const options = all.map((record) => ({ value: String(record[id]), label: labelOf(record) }));
  return (
    <Select
      {...common}
      searchable
      clearable={!common.required}
      allowDeselect={false}
      data={options}
      filter={({ options: offered }) => offered.filter((option) => isOffered.has((option as { value: string }).value))}
      value={chosen === undefined ? null : value}
      onChange={change}
      searchValue={typed}
      onSearchChange={setTyped}
      onOptionSubmit={(key) => setTyped(options.find((option) => option.value === key)!.label)}
      onKeyDown={onKeyDown}
      nothingFoundMessage={isFresh ? 'Nothing is called so' : 'Searching …'}
      placeholder="Search by name"
      error={notLoaded(search, one) ?? common.error}
    />
  );
}
