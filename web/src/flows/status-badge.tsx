import { Group } from '@mantine/core';
import { CopyButton } from '../ui/copy-button.tsx';

/** The picture other pages may show, and the line that shows it. */
export function StatusBadge({ id }: { id: string }) {
  const path = `/badge/${id}.svg`;
  const address = `${window.location.origin}${path}`;
  return (
    <Group gap="sm" mt={12}>
      <img src={path} alt={`Status badge of ${id}`} height={20} style={{ maxWidth: '100%' }} />
      <CopyButton
        text={`![${id}](${address})`}
        label="Copy badge as Markdown"
        size="compact-xs"
        variant="subtle"
        color="gray"
      />
    </Group>
  );
}
