import { Radio, Stack } from '@mantine/core';
import type { OnError } from '../api/uploads.ts';
import { Section } from '../ui/section.tsx';

const choices: { value: OnError; label: string; description: string }[] = [
  { value: 'reject', label: 'Refuse the whole file', description: 'Nothing is published until every row is right.' },
  {
    value: 'quarantine',
    label: 'Set rows with errors aside',
    description: 'The rest is published; the others can be downloaded, corrected and sent again.',
  },
  {
    value: 'null',
    label: 'Empty the cells with errors',
    description: 'Their rows are published with that cell empty.',
  },
  { value: 'skip', label: 'Leave rows with errors out', description: 'They are counted and listed, and not kept.' },
];

export function OnErrorChoice({ value, onChange }: { value: OnError; onChange: (value: OnError) => void }) {
  return (
    <Section title="Rows with errors">
      <Radio.Group
        value={value}
        onChange={(next) => onChange(next as OnError)}
        aria-label="What happens to rows with errors"
      >
        <Stack gap={8}>
          {choices.map((choice) => (
            <Radio key={choice.value} size="xs" {...choice} />
          ))}
        </Stack>
      </Radio.Group>
    </Section>
  );
}
