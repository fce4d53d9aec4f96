import { Button, Group, Modal, NumberInput, Select, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import {
  changeIndicator,
  createIndicator,
  type DataFormat,
  type Indicator,
  type IndicatorFields,
  type PeriodKind,
} from '../api/indicators.ts';
import { fieldError } from '../api/problem.ts';
import { Failure } from '../ui/failure.tsx';
import { toastDone } from '../ui/toast.tsx';
import { formatWords } from './format-words.ts';

interface FormProps {
  close: () => void;
  /** Given: this one is changed; else a new one is made. */
  indicator?: Indicator;
  /** What a new one begins with. */
  initial?: Partial<IndicatorFields>;
  /** What comes after a new one; else its page is opened. */
  onCreated?: (id: number) => void;
}

export function IndicatorForm({ opened, ...props }: FormProps & { opened: boolean }) {
  const title = props.indicator === undefined ? 'New indicator' : `Change ${props.indicator.name}`;
  return (
    <Modal opened={opened} onClose={props.close} title={title} size="lg">
      <Form {...props} />
    </Modal>
  );
}

const operators = ['sum', 'mean', 'min', 'max', 'count', 'last', 'none'];

function Form({ close, indicator, initial, onCreated }: FormProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [given, setGiven] = useState<Partial<IndicatorFields>>(
    indicator === undefined
      ? { data_format: 'int', resource_name: 'campaign', categories: null, min: null, max: null, ...initial }
      : fieldsOf(indicator),
  );
  const set = (change: Partial<IndicatorFields>) => setGiven((before) => ({ ...before, ...change }));
  const save = useMutation({
    mutationFn: () =>
      indicator === undefined ? createIndicator(given as IndicatorFields) : changeIndicator(indicator.id, given),
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: ['indicators'] });
      close();
      if (onCreated !== undefined) return onCreated(saved.id);
      await navigate({ to: `/indicators/${saved.id}` as never });
      toastDone(
        `${saved.name} is saved.`,
        indicator === undefined
          ? undefined
          : async () => {
              await changeIndicator(saved.id, fieldsOf(indicator));
              await queries.invalidateQueries({ queryKey: ['indicators'] });
            },
      );
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const error = (field: keyof IndicatorFields) => fieldError(save.error, field);
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {save.error !== null && <Failure error={save.error} />}
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput
            label="Name"
            required
            data-autofocus
            value={given.name ?? ''}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={error('name')}
            miw={200}
          />
          <TextInput
            label="Short name"
            description="As formulas and files write it."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            required
            value={given.short_name ?? ''}
            onChange={(event) => set({ short_name: event.currentTarget.value })}
            error={error('short_name')}
            miw={160}
          />
        </Group>
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={given.description ?? ''}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <Select
            label="Its values are"
            allowDeselect={false}
            data={Object.entries(formatWords).map(([value, label]) => ({ value, label }))}
            value={given.data_format ?? null}
            onChange={(next) =>
              next !== null &&
              set({ data_format: next as DataFormat, ...(next === 'class' ? {} : { categories: null }) })
            }
            miw={150}
          />
          <Select
            label="Collected per"
            allowDeselect={false}
            data={[
              { value: 'campaign', label: 'campaign' },
              { value: 'date', label: 'day' },
            ]}
            value={given.resource_name ?? null}
            onChange={(next) => next !== null && set({ resource_name: next as PeriodKind })}
            error={error('resource_name')}
            miw={120}
          />
          <Select
            label="Rolled up by"
            placeholder="what fits its values"
            clearable
            data={operators}
            value={given.aggregation ?? null}
            onChange={(aggregation) => set({ aggregation })}
            error={error('aggregation')}
            miw={150}
          />
        </Group>
        {given.data_format === 'class' && (
          <TagsInput
            label="Categories"
            description="Written as value=label, Enter after each: 1=low"
            value={(given.categories ?? []).map(({ value, label }) => `${value}=${label}`)}
            onChange={(texts) => set({ categories: texts.flatMap(categoryOf) })}
            error={error('categories')}
          />
        )}
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <NumberInput
            label="Refused below"
            hideControls
            value={given.min ?? ''}
            onChange={(next) => set({ min: typeof next === 'number' ? next : null })}
            error={error('min')}
            miw={100}
          />
          <NumberInput
            label="Refused above"
            hideControls
            value={given.max ?? ''}
            onChange={(next) => set({ max: typeof next === 'number' ? next : null })}
            error={error('max')}
            miw={100}
          />
          <TextInput
            label="Unit"
            value={given.unit ?? ''}
            onChange={(event) => set({ unit: event.currentTarget.value || null })}
            miw={100}
          />
        </Group>
        <TagsInput
          label="Also called in files"
          description="Enter after each name."
          value={given.aliases ?? []}
          onChange={(aliases) => set({ aliases })}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save indicator
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function categoryOf(text: string): { value: number; label: string }[] {
  const [, value, label] = /^\s*(-?\d+(?:\.\d+)?)\s*=\s*(.+)$/.exec(text) ?? [];
  return label === undefined ? [] : [{ value: Number(value), label: label.trim() }];
}

function fieldsOf({
  id,
  bound_json,
  tag_json,
  definition_version,
  updated_at,
  weight_indicator_id,
  ...fields
}: Indicator) {
  const { name, short_name, description, data_format, resource_name, aggregation, min, max, unit, categories } = fields;
  return {
    ...{ name, short_name, description, data_format, resource_name, aggregation, min, max, unit, categories },
    aliases: fields.aliases,
  };
}
