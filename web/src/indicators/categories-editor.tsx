import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { NumberField } from '../ui/number-field.tsx';

/** While it is being typed, a category may lack its value. */
export interface DraftCategory {
  value: number | null;
  label: string;
}

interface CategoriesEditorProps {
  value: readonly DraftCategory[];
  onChange: (categories: DraftCategory[]) => void;
  error?: string | undefined;
}

/** Numbers that are stored, and the words people see for them. */
export function CategoriesEditor({ value: categories, onChange, error }: CategoriesEditorProps) {
  const change = (index: number, part: Partial<DraftCategory>) =>
    onChange(categories.map((one, at) => (at === index ? { ...one, ...part } : one)));
  const next = Math.max(0, ...categories.map(({ value }) => value ?? 0)) + 1;
  return (
    <Input.Wrapper
      labelElement="div"
      label="Categories"
      description="The number is stored; the word is shown, and understood in files."
      error={error}
    >
      <Stack gap={6} mt={6}>
        {categories.map((category, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a category has nothing else that stays while it is typed.
          <Group key={index} gap={6} wrap="nowrap">
            <NumberField
              aria-label={`Number of category ${index + 1}`}
              w={76}
              value={category.value}
              onChange={(value) => change(index, { value })}
            />
            <TextInput
              aria-label={`Word of category ${index + 1}`}
              style={{ flex: 1 }}
              value={category.label}
              onChange={(event) => change(index, { label: event.currentTarget.value })}
            />
            <ActionIcon
              aria-label={`Remove category ${index + 1}`}
              onClick={() => onChange(categories.filter((_, at) => at !== index))}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          size="compact-sm"
          variant="default"
          style={{ alignSelf: 'start' }}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...categories, { value: next, label: '' }])}
        >
          Add a category
        </Button>
      </Stack>
    </Input.Wrapper>
  );
}
