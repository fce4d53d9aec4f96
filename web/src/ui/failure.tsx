import { Alert, Button, Code, CopyButton, Group, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Problem } from '../api/problem.ts';

/** What went wrong in the server's own words, with what a person who looks after the server will ask for. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = error instanceof Problem ? error : undefined;
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem?.message ?? 'Something in this page broke.'}
    >
      {problem === undefined && <Text size="sm">{error instanceof Error ? error.message : String(error)}</Text>}
      {problem?.hint !== undefined && <Text size="sm">{problem.hint}</Text>}
      {problem !== undefined && <Details problem={problem} />}
      <Group gap="sm" mt={6}>
        {retry !== undefined && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
        {problem?.requestId !== undefined && <RequestId id={problem.requestId} />}
      </Group>
    </Alert>
  );
}

function Details({ problem }: { problem: Problem }) {
  const more = problem.errors.filter((entry) => !problem.message.includes(entry.message)).slice(0, 8);
  if (more.length === 0) return null;
  return (
    <List size="sm" mt={4}>
      {more.map((entry) => (
        <List.Item key={`${entry.pointer}${entry.parameter}${entry.row}${entry.message}`}>{entry.message}</List.Item>
      ))}
    </List>
  );
}

function RequestId({ id }: { id: string }) {
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Group gap={6}>
          <Text size="xs" c="dimmed">
            Request <Code fz={11}>{id}</Code>
          </Text>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={copy} aria-label="Copy the request id">
            {copied ? 'Copied' : 'Copy'}
          </Button>
        </Group>
      )}
    </CopyButton>
  );
}
