import { Button, Group, Select, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { changeFields, rebased, undoFields } from '../api/change-fields.ts';
import {
  createIndicator,
  type DataFormat,
  type Indicator,
  type IndicatorFields,
  indicatorPath,
  type PeriodKind,
} from '../api/indicators.ts';
import { fieldError } from '../api/problem.ts';
import { useMutation } from '../api/use-mutation.ts';
import { FormFailure } from '../ui/form-failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { IndicatorPicker } from '../ui/indicator-picker.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { fromPercent, toPercent } from '../ui/number-text.ts';
import { toastDone } from '../ui/toast.tsx';
import { CategoriesEditor, type DraftCategory } from './categories-editor.tsx';
import { formatWords, operatorWords } from './format-words.ts';

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
    <FormModal opened={opened} onClose={props.close} title={title} size="lg">
      <Form {...props} />
    </FormModal>
  );
}

function Form({ close, indicator, initial, onCreated }: FormProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [read, setRead] = useState(() => indicator && fieldsOf(indicator));
  const [given, setGiven] = useState<Partial<IndicatorFields>>(
    read ?? { data_format: 'int', resource_name: 'campaign', categories: null, ...noLimits, ...initial },
  );
  // Kept apart: while they are typed they need not be whole.
  const [categories, setCategories] = useState<DraftCategory[]>(given.categories ?? []);
  const isComplete = categories.every(({ value, label }) => value !== null && label.trim() !== '');
  const fields: Partial<IndicatorFields> = {
    ...given,
    categories:
      given.data_format !== 'class' || categories.length === 0
        ? null
        : categories.map(({ value, label }) => ({ value: value ?? 0, label: label.trim() })),
  };
  const set = (change: Partial<IndicatorFields>) => setGiven((before) => ({ ...before, ...change }));
  const isPercent = given.data_format === 'pct';
  // A limit stays as it is typed: 100 becomes 100 %, which is kept as 1.
  const setFormat = (data_format: DataFormat) => {
    const willBePercent = data_format === 'pct';
    const limit = (value: number | null = null) => {
      if (value === null || isPercent === willBePercent) return value;
      return willBePercent ? fromPercent(value) : toPercent(value);
    };
    const [good_bound, bad_bound] = [limit(given.good_bound), limit(given.bad_bound)];
    set({ data_format, min: limit(given.min), max: limit(given.max), good_bound, bad_bound });
  };
  const save = useMutation({
    mutationFn: () =>
      indicator === undefined || read === undefined
        ? createIndicator(fields as IndicatorFields)
        : changeFields<Partial<IndicatorFields>, Indicator>(indicatorPath(indicator.id), read, fields),
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: ['indicators'] });
      close();
      if (onCreated !== undefined) return onCreated(saved.id);
      await navigate({ to: `/indicators/${saved.id}` as never });
      toastDone(
        `${saved.name} is saved.`,
        read === undefined
          ? undefined
          : async () => {
              await undoFields(indicatorPath(saved.id), { read, wanted: fields, saved });
              await queries.invalidateQueries({ queryKey: ['indicators'] });
            },
      );
    },
  });
  const loadAnew = (now: Indicator) => {
    const next = rebased(read ?? {}, fields, fieldsOf(now));
    setGiven(next);
    setCategories(next.categories ?? []);
    setRead(fieldsOf(now));
    save.reset();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (given.data_format !== 'class' || isComplete) save.mutate();
  };
  const error = (field: keyof IndicatorFields) => fieldError(save.error, field);
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        <FormFailure error={save.error} loadAnew={loadAnew} />
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
            onChange={(next) => next !== null && setFormat(next as DataFormat)}
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
            data={Object.entries(operatorWords).map(([value, label]) => ({ value, label }))}
            value={given.aggregation ?? null}
            onChange={(aggregation) =>
              set({ aggregation, ...(aggregation === 'weighted_mean' ? {} : { weight_indicator_id: null }) })
            }
            error={error('aggregation')}
            miw={150}
          />
        </Group>
        {given.aggregation === 'weighted_mean' && (
          <IndicatorPicker
            label="Weighted by"
            description="Each value below counts by this indicator of the same place and period: people, say."
            {...(given.resource_name === undefined ? {} : { kind: given.resource_name })}
            without={indicator === undefined ? [] : [indicator.id]}
            value={given.weight_indicator_id ?? undefined}
            onChange={(weight_indicator_id) => set({ weight_indicator_id })}
            error={error('weight_indicator_id')}
          />
        )}
        {given.data_format === 'class' && (
          <CategoriesEditor
            value={categories}
            onChange={setCategories}
            error={error('categories') ?? (isComplete ? undefined : 'Every category has a number and a word.')}
          />
        )}
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <NumberField
            label={isPercent ? 'Refused below, in %' : 'Refused below'}
            isPercent={isPercent}
            value={given.min ?? null}
            onChange={(min) => set({ min })}
            error={error('min')}
            miw={100}
          />
          <NumberField
            label={isPercent ? 'Refused above, in %' : 'Refused above'}
            isPercent={isPercent}
            value={given.max ?? null}
            onChange={(max) => set({ max })}
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
        <Group grow align="flex-start" preventGrowOverflow={false}>
          {(['good_bound', 'bad_bound'] as const).map((field) => (
            <NumberField
              key={field}
              label={`${field === 'good_bound' ? 'Good' : 'Bad'}${isPercent ? ' at, in %' : ' at'}`}
              description={
                field === 'good_bound'
                  ? 'For colours: values on its far side are good.'
                  : 'The same of bad ones. No value is refused.'
              }
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              isPercent={isPercent}
              value={given[field] ?? null}
              onChange={(value) => set({ [field]: value })}
              error={error(field)}
              miw={150}
            />
          ))}
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

const noLimits = { min: null, max: null, good_bound: null, bad_bound: null };

/** What the form changes. */
function fieldsOf(indicator: Indicator): Partial<IndicatorFields> {
  const { name, short_name, description, data_format, resource_name, aggregation, weight_indicator_id } = indicator;
  const { min, max, good_bound, bad_bound, unit, categories, aliases } = indicator;
  return {
    ...{ name, short_name, description, data_format, resource_name, aggregation, weight_indicator_id },
    ...{ min, max, good_bound, bad_bound, unit, categories, aliases },
  };
}
