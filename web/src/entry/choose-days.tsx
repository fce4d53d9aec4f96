import { ActionIcon, Group, Text, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Choice } from './choice.tsx';
import { isDay, type Span, shifted, spanText } from './days.ts';

interface ChooseDaysProps {
  span: Span;
  day: string;
  onChange: (change: { span?: Span; day?: string }) => void;
}

/** A week or a month: by a day in it, or the one before and after. */
export function ChooseDays({ span, day, onChange }: ChooseDaysProps) {
  return (
    <Group align="flex-end" gap="sm">
      <Choice
        label="Columns"
        data={[
          { value: 'week', label: 'a week' },
          { value: 'month', label: 'a month' },
        ]}
        value={span}
        onChange={(next) => onChange({ span: next as Span })}
      />
      <TextInput
        type="date"
        label={`A day of the ${span}`}
        value={day}
        onChange={({ currentTarget: { value } }) => isDay(value) && onChange({ day: value })}
      />
      <Group gap={4} wrap="nowrap" h={36}>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={`The ${span} before`}
          onClick={() => onChange({ day: shifted(span, day, -1) })}
        >
          <IconChevronLeft size={16} aria-hidden />
        </ActionIcon>
        <Text fz="sm" fw={560} role="status" miw={120} ta="center">
          {spanText(span, day)}
        </Text>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={`The ${span} after`}
          onClick={() => onChange({ day: shifted(span, day, 1) })}
        >
          <IconChevronRight size={16} aria-hidden />
        </ActionIcon>
      </Group>
    </Group>
  );
}
