import { Button, Group, Pill, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ResourceSchema } from '../api/records.ts';
import { FindSelect } from '../ui/find-select.tsx';
import { fieldWords, lookupWords } from './record-words.ts';

export interface Condition {
  /** `name__icontains`, as the API is asked. */
  parameter: string;
  value: string;
}

interface ConditionsProps {
  schema: ResourceSchema;
  conditions: Condition[];
  change: (conditions: Condition[]) => void;
}

/** Which records are shown: conditions that all hold. */
export function Conditions({ schema, conditions, change }: ConditionsProps) {
  const missing = schema.required_on_get.find((name) => !conditions.some(({ parameter }) => parameter === name));
  const [field, setField] = useState<string | null>(null);
  const [lookup, setLookup] = useState('');
  const [value, setValue] = useState('');
  const names = [
    ...new Set([...schema.required_on_get.map((name) => name.split('__')[0]!), ...Object.keys(schema.filtering)]),
  ];
  const lookups = field === null ? [] : (schema.filtering[field] ?? ['in']);
  const choose = (name: string | null) => {
    setField(name);
    const offered = name === null ? [] : (schema.filtering[name] ?? []);
    const required = missing?.startsWith(`${name}__`) ? missing.slice(name!.length + 2) : undefined;
    setLookup(required ?? ['icontains', 'exact'].find((one) => offered.includes(one)) ?? offered[0] ?? 'in');
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (field === null || value.trim() === '') return;
    const parameter = lookup === 'exact' ? field : `${field}__${lookup}`;
    change([...conditions.filter((one) => one.parameter !== parameter), { parameter, value: value.trim() }]);
    setValue('');
  };
  return (
    <>
      <form onSubmit={add}>
        <Group gap="xs" align="flex-end" mb="xs">
          <FindSelect
            label="Only where"
            placeholder={missing === undefined ? 'a field' : `first choose ${missing.split('__')[0]}`}
            data={names.map((name) => ({ value: name, label: fieldWords(name) }))}
            value={field}
            onChange={choose}
            w={220}
          />
          <Select
            aria-label="How it is compared"
            data={lookups.map((name) => ({ value: name, label: lookupWords[name] ?? name.replaceAll('_', ' ') }))}
            value={lookup === '' ? null : lookup}
            onChange={(next) => next !== null && setLookup(next)}
            allowDeselect={false}
            disabled={field === null}
            w={200}
          />
          <TextInput
            aria-label="With what"
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
            disabled={field === null}
            w={180}
          />
          <Button type="submit" variant="default" disabled={field === null || value.trim() === ''}>
            Add
          </Button>
        </Group>
      </form>
      {conditions.length > 0 && (
        <Group gap={6} mb="xs" role="group" aria-label="Conditions">
          {conditions.map((one) => (
            <Pill
              key={one.parameter}
              withRemoveButton
              removeButtonProps={{ 'aria-label': `Remove ${wordsOf(one)}`, 'aria-hidden': false, tabIndex: 0 }}
              onRemove={() => change(conditions.filter((other) => other !== one))}
            >
              {wordsOf(one)}
            </Pill>
          ))}
        </Group>
      )}
    </>
  );
}

function wordsOf({ parameter, value }: Condition): string {
  const parts = parameter.split('__');
  const last = parts.at(-1)!;
  const isLookup = parts.length > 1 && lookupWords[last] !== undefined;
  const field = fieldWords((isLookup ? parts.slice(0, -1) : parts).join('__'));
  return `${field} ${isLookup ? lookupWords[last] : 'is'} ${value}`;
}
