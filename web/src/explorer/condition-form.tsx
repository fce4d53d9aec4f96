import { Button, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { isNumeric, type TableField } from '../api/table-schema.ts';
import { FindSelect } from '../ui/find-select.tsx';
import { type Operator, operatorsOf } from './operators.ts';
import { type Condition, namesIn, namesOf } from './view-state.ts';

interface ConditionFormProps {
  fields: TableField[];
  condition?: Condition;
  onApply: (condition: Condition) => void;
}

export function ConditionForm({ fields, condition, onApply }: ConditionFormProps) {
  const [column, setColumn] = useState(condition?.column ?? fields[0]?.name ?? '');
  const [operator, setOperator] = useState(condition?.operator ?? '');
  const [value, setValue] = useState(condition?.value ?? '');
  const field = fields.find(({ name }) => name === column);
  const choices = operatorsOf(field?.type ?? 'string');
  const chosen = choices.find(({ name }) => name === operator) ?? choices[0]!;
  const final = chosen.value === 'yes-no' && value !== 'false' ? 'true' : value;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (final !== '') onApply({ column, operator: chosen.name, value: final });
  };
  return (
    <form onSubmit={submit} style={{ width: 260 }}>
      <Stack gap={8}>
        <FindSelect
          label="Column"
          size="xs"
          data={fields.map(({ name }) => ({ value: name, label: name }))}
          value={column}
          onChange={(next) => next !== null && setColumn(next)}
          // What one types replaces the name that stands there.
          onFocus={(event) => event.currentTarget.select()}
          comboboxProps={{ withinPortal: false }}
          data-autofocus={condition === undefined || undefined}
        />
        <Select
          label="Condition"
          size="xs"
          data={choices.map(({ name, words }) => ({ value: name, label: words }))}
          value={chosen.name}
          onChange={(next) => next !== null && setOperator(next)}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
        />
        <ValueInput field={field} operator={chosen} value={value} onChange={setValue} />
        <Button type="submit" size="xs" disabled={final === ''}>
          Apply
        </Button>
      </Stack>
    </form>
  );
}

interface ValueInputProps {
  field: TableField | undefined;
  operator: Operator;
  value: string;
  onChange: (value: string) => void;
}

function ValueInput({ field, operator, value, onChange }: ValueInputProps) {
  const input = {
    size: 'xs',
    inputMode: isNumeric(field?.type) ? 'decimal' : 'text',
    type: field?.type === 'date' ? 'date' : 'text',
  } as const;
  const closed = { size: 'xs', allowDeselect: false, comboboxProps: { withinPortal: false } } as const;
  if (operator.value === 'yes-no') {
    const answers = [
      { value: 'true', label: 'is empty' },
      { value: 'false', label: 'is not empty' },
    ];
    return (
      <Select
        {...closed}
        label="Answer"
        data={answers}
        value={value === 'false' ? 'false' : 'true'}
        onChange={(next) => onChange(next ?? 'true')}
      />
    );
  }
  if (operator.value === 'list') {
    return (
      <TagsInput
        size="xs"
        label="Values"
        description="Enter after each"
        value={namesIn(value)}
        onChange={(next) => onChange(namesOf(next))}
        data-autofocus
      />
    );
  }
  if (operator.value === 'range') {
    const [low = '', high = ''] = value.split(',');
    return (
      <>
        <TextInput
          {...input}
          label="From"
          value={low}
          onChange={(event) => onChange(`${event.currentTarget.value},${high}`)}
        />
        <TextInput
          {...input}
          label="To"
          value={high}
          onChange={(event) => onChange(`${low},${event.currentTarget.value}`)}
        />
      </>
    );
  }
  if (field?.type === 'boolean') {
    return (
      <Select
        {...closed}
        label="Value"
        data={['true', 'false']}
        value={value || null}
        onChange={(next) => onChange(next ?? '')}
      />
    );
  }
  return <TextInput {...input} label="Value" value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
}
