import { Select, type SelectProps } from '@mantine/core';
import { useState } from 'react';
import { useTakeFirst } from './use-search-field.ts';

interface FindSelectProps
  extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'searchValue' | 'onSearchChange' | 'searchable'> {
  data: readonly { value: string; label: string }[];
  value: string | null;
  onChange: (value: string | null) => void;
}

/** One of options that are all here, found by typing: Enter takes the first that fits. */
export function FindSelect({ data, value, onChange, ...more }: FindSelectProps) {
  const labelOf = (id: string | null) => data.find((one) => one.value === id)?.label ?? '';
  const [typed, setTyped] = useState(labelOf(value));
  const words = typed.trim();
  const takeFirst = useTakeFirst({ hasWords: words !== '' && words !== labelOf(value), isFresh: true });
  return (
    <Select
      allowDeselect={false}
      {...more}
      searchable
      data={[...data]}
      value={value}
      onChange={onChange}
      searchValue={typed}
      onSearchChange={setTyped}
      // Where a choice is an action and nothing stays chosen, the next search begins empty.
      onOptionSubmit={(id) => setTyped(value === null ? '' : labelOf(id))}
      onKeyDown={takeFirst}
    />
  );
}
