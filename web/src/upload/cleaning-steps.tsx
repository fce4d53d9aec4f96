import { ActionIcon, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import type { TableField } from '../api/table-schema.ts';
import type { Step } from '../api/uploads.ts';
import { Section } from '../ui/section.tsx';
import { AddStep } from './add-step.tsx';
import { stepKinds } from './step-kinds.ts';

interface CleaningStepsProps {
  steps: Step[];
  fields: TableField[];
  onChange: (steps: Step[]) => void;
}

export function CleaningSteps({ steps, fields, onChange }: CleaningStepsProps) {
  const [adding, { open, close }] = useDisclosure();
  return (
    <Section
      title="Cleaning steps"
      about="Applied in order before the checks, and kept with the dataset for its next file."
      actions={
        <Button size="xs" variant="default" leftSection={<IconPlus size={15} aria-hidden />} onClick={open}>
          Add step
        </Button>
      }
    >
      <AddStep
        opened={adding}
        close={close}
        columns={fields.map(({ name }) => name)}
        onAdd={(step) => onChange([...steps, step])}
      />
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
                {index + 1}. {stepKinds.find((entry) => entry.function === step.function)?.title ?? step.function}{' '}
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
