import { ActionIcon, Button, Code, Group, Menu, Stack, Text } from '@mantine/core';
import { IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import type { TableField } from '../api/table-schema.ts';
import type { Step } from '../api/uploads.ts';
import { Section } from '../ui/section.tsx';

interface CleaningStepsProps {
  steps: Step[];
  fields: TableField[];
  onChange: (steps: Step[]) => void;
}

/** Steps that need no settings, or whose settings the columns give. The API takes more of them, with parameters. */
const offered = [
  { function: 'trim', about: 'Remove blanks around values' },
  { function: 'collapse_spaces', about: 'Make several blanks one' },
  { function: 'unquote', about: 'Remove stray quotes' },
  { function: 'null_values', about: 'Read n/a, -, null and the like as empty' },
  { function: 'decimal_comma', about: 'Read 1.234,5 as a number' },
  { function: 'booleanish', about: 'Read yes and no as true and false' },
  { function: 'dates', about: 'Read dates in other forms' },
  { function: 'dedupe', about: 'Keep the newest of rows with the same key' },
];

export function CleaningSteps({ steps, onChange }: CleaningStepsProps) {
  const add = (name: string) => onChange([...steps, { function: name, params: {} }]);
  return (
    <Section
      title="Cleaning steps"
      about="Applied in order before the checks, and kept with the dataset for its next file."
      actions={
        <Menu position="bottom-end" shadow="md" width={300}>
          <Menu.Target>
            <Button size="xs" variant="default" leftSection={<IconPlus size={15} aria-hidden />}>
              Add step
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {offered.map((entry) => (
              <Menu.Item key={entry.function} onClick={() => add(entry.function)}>
                <Text fz="sm">{entry.about}</Text>
                <Text fz="xs" c="dimmed">
                  {entry.function}
                </Text>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      }
    >
      {steps.length === 0 ? (
        <Text fz="sm" c="dimmed">
          None: values are read as they stand.
        </Text>
      ) : (
        <Stack gap={4} component="ol" m={0} pl={0} style={{ listStyle: 'none' }}>
          {steps.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same step may stand twice, and its place is what it is.
            <Group key={index} component="li" justify="space-between" wrap="nowrap" gap="sm">
              <Text fz="sm" style={{ minWidth: 0 }}>
                {index + 1}. {offered.find((entry) => entry.function === step.function)?.about ?? step.function}{' '}
                {Object.keys(step.params ?? {}).length > 0 && <Code fz={11}>{JSON.stringify(step.params)}</Code>}
              </Text>
              <Group gap={2} wrap="nowrap">
                <ActionIcon
                  aria-label={`Move step ${index + 1} up`}
                  disabled={index === 0}
                  onClick={() => onChange(moved(steps, index))}
                >
                  <IconArrowUp size={15} aria-hidden />
                </ActionIcon>
                <ActionIcon aria-label={`Remove step ${index + 1}`} onClick={() => onChange(steps.toSpliced(index, 1))}>
                  <IconX size={15} aria-hidden />
                </ActionIcon>
              </Group>
            </Group>
          ))}
        </Stack>
      )}
    </Section>
  );
}

const moved = (steps: Step[], index: number): Step[] =>
  steps.toSpliced(index, 1).toSpliced(index - 1, 0, steps[index]!);
