import { Button, CopyButton, Group } from '@mantine/core';

/** The picture other pages may show, and the line that shows it. */
export function StatusBadge({ id }: { id: string }) {
  const path = `/badge/${id}.svg`;
  const address = `${window.location.origin}${path}`;
  return (
    <Group gap="sm" mt={12}>
      <img src={path} alt={`Status badge of ${id}`} height={20} style={{ maxWidth: '100%' }} />
      <CopyButton value={`![${id}](${address})`}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={copy}>
            {copied ? 'Copied' : 'Copy badge as Markdown'}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
