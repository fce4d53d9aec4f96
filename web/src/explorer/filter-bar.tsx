import { ActionIcon, Button, CloseButton, Group, Popover, Text, TextInput, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCode, IconFilterPlus, IconSearch } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { TableField } from '../api/table-schema.ts';
import { ConditionForm } from './condition-form.tsx';
import { conditionWords } from './operators.ts';
import { type Condition, type View, withCondition, withoutCondition } from './view-state.ts';

interface FilterBarProps {
  fields: TableField[];
  view: View;
  onChange: (view: View) => void;
}

/** Conditions one by one, and below them a raw expression for what they cannot say. */
export function FilterBar({ fields, view, onChange }: FilterBarProps) {
  const [raw, { toggle }] = useDisclosure(view.expression !== '');
  return (
    <>
      <Group gap={6}>
        <WordSearch key={view.words} words={view.words} onSearch={(words) => onChange({ ...view, words })} />
        {view.conditions.map((condition) => (
          <ConditionChip
            key={`${condition.column}__${condition.operator}`}
            condition={condition}
            fields={fields}
            view={view}
            onChange={onChange}
          />
        ))}
        <AddCondition fields={fields} onAdd={(condition) => onChange(withCondition(view, condition))} />
        <Tooltip label="Filter by expression">
          <ActionIcon onClick={toggle} aria-label="Filter by expression" aria-expanded={raw} size={28}>
            <IconCode size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
        {(view.conditions.length > 0 || view.expression !== '' || view.words !== '') && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            onClick={() => onChange({ ...view, conditions: [], expression: '', words: '' })}
          >
            Clear filter
          </Button>
        )}
      </Group>
      {raw && (
        <ExpressionForm
          key={view.expression}
          expression={view.expression}
          onApply={(expression) => onChange({ ...view, expression })}
        />
      )}
    </>
  );
}

function WordSearch({ words, onSearch }: { words: string; onSearch: (words: string) => void }) {
  const [text, setText] = useState(words);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(text.trim());
  };
  return (
    <search>
      <form onSubmit={submit}>
        <TextInput
          size="xs"
          w={190}
          type="search"
          aria-label="Search in all columns"
          placeholder="Search in all columns"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onBlur={() => text.trim() !== words && onSearch(text.trim())}
        />
      </form>
    </search>
  );
}

function ConditionChip({ condition, fields, view, onChange }: FilterBarProps & { condition: Condition }) {
  const [opened, { open, close }] = useDisclosure();
  const field = fields.find(({ name }) => name === condition.column);
  const words = `${condition.column} ${conditionWords(field?.type, condition.operator, condition.value)}`;
  return (
    <Popover opened={opened} onDismiss={close} position="bottom-start" trapFocus shadow="md">
      <span className="chip">
        <Popover.Target>
          <button type="button" onClick={open} aria-label={`Change the filter: ${words}`}>
            <Text span fz="sm" c="dimmed">
              {condition.column}{' '}
            </Text>
            {conditionWords(field?.type, condition.operator, condition.value)}
          </button>
        </Popover.Target>
        <CloseButton
          size={24}
          aria-label={`Remove the filter: ${words}`}
          onClick={() => onChange(withoutCondition(view, condition))}
        />
      </span>
      <Popover.Dropdown>
        <ConditionForm
          fields={fields}
          condition={condition}
          onApply={(next) => {
            onChange(withCondition(view, next, condition));
            close();
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function AddCondition({ fields, onAdd }: { fields: TableField[]; onAdd: (condition: Condition) => void }) {
  const [opened, { toggle, close }] = useDisclosure();
  return (
    <Popover opened={opened} onDismiss={close} position="bottom-start" trapFocus shadow="md">
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconFilterPlus size={15} aria-hidden />}
          onClick={toggle}
        >
          Add filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ConditionForm
          fields={fields}
          onApply={(condition) => {
            onAdd(condition);
            close();
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function ExpressionForm({ expression, onApply }: { expression: string; onApply: (expression: string) => void }) {
  const [text, setText] = useState(expression);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onApply(text.trim());
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap">
        <TextInput
          flex={1}
          size="xs"
          aria-label="Filter expression"
          placeholder="year >= 2000 and (country = 'Kenya' or population is null)"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          spellCheck={false}
          autoCapitalize="off"
        />
        <Button type="submit" size="xs" variant={text.trim() === expression ? 'default' : 'filled'}>
          Apply
        </Button>
      </Group>
    </form>
  );
}
