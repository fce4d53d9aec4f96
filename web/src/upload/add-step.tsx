import { Button, Group, MultiSelect, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Step } from '../api/uploads.ts';
import { FormModal } from '../ui/form-modal.tsx';
import { type StepKind, stepKinds } from './step-kinds.ts';

interface AddStepProps {
  opened: boolean;
  close: () => void;
  columns: string[];
  onAdd: (step: Step) => void;
}

export function AddStep({ opened, close, columns, onAdd }: AddStepProps) {
  return (
    <FormModal opened={opened} onClose={close} title="Add a cleaning step">
      <Form columns={columns} close={close} onAdd={onAdd} />
    </FormModal>
  );
}

function Form({ columns, close, onAdd }: Omit<AddStepProps, 'opened'>) {
  const [name, setName] = useState('trim');
  const [chosen, setChosen] = useState<string[]>([]);
  const [value, setValue] = useState<string | string[]>('');
  const kind = stepKinds.find((entry) => entry.function === name)!;
  const missing =
    (kind.columns === 'needed' && chosen.length === 0) || (kind.needs !== undefined && value.length === 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAdd({ function: name, params: paramsOf(kind, chosen, value) });
    close();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Select
          label="Step"
          data={stepKinds.map((entry) => ({ value: entry.function, label: entry.title }))}
          value={name}
          allowDeselect={false}
          data-autofocus
          onChange={(next) => {
            setName(next ?? 'trim');
            setValue('');
          }}
        />
        <Text fz="sm" c="dimmed">
          {kind.about}.
        </Text>
        <MultiSelect
          label={kind.columns === 'as-key' ? 'Same in these columns' : 'Columns'}
          description={kind.columns === 'needed' ? undefined : 'None chosen: all'}
          data={columns}
          value={chosen}
          onChange={setChosen}
          searchable
          required={kind.columns === 'needed'}
        />
        <Need kind={kind} value={value} onChange={setValue} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={missing}>
            Add step
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface NeedProps {
  kind: StepKind;
  value: string | string[];
  onChange: (value: string | string[]) => void;
}

function Need({ kind: { needs }, value, onChange }: NeedProps) {
  if (needs === undefined) return null;
  if (needs.kind === 'texts') {
    const values = typeof value === 'string' ? [] : value;
    return (
      <TagsInput
        label={needs.label}
        description="Enter after each"
        placeholder={values.length === 0 ? (needs.placeholder ?? '') : ''}
        value={values}
        onChange={onChange}
        acceptValueOnBlur
        required
      />
    );
  }
  if (needs.kind === 'choice') {
    return (
      <Select
        label={needs.label}
        data={needs.choices ?? []}
        value={typeof value === 'string' && value !== '' ? value : null}
        onChange={(next) => onChange(next ?? '')}
        required
      />
    );
  }
  return (
    <TextInput
      label={needs.label}
      placeholder={needs.placeholder}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      required
    />
  );
}

function paramsOf(kind: StepKind, columns: string[], value: string | string[]): Record<string, unknown> {
  return {
    ...(columns.length === 0 ? {} : { [kind.columns === 'as-key' ? 'key' : 'columns']: columns }),
    ...(kind.needs === undefined ? {} : { [kind.needs.name]: value }),
  };
}
