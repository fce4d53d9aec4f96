import { Alert, Anchor, Button, Code, Group, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Problem, type ProblemDetail } from '../api/problem.ts';
import { CopyButton } from './copy-button.tsx';

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
      {problem?.status === 401 && <SignInElsewhere />}
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

/** In another window, so that nothing typed in this one is lost. */
export function SignInElsewhere() {
  return (
    <Text size="sm" component="span">
      <Anchor href="/app/sign-in" target="_blank" fz="sm">
        Sign in in another window
      </Anchor>
      , then try again here.
    </Text>
  );
}

function Details({ problem }: { problem: Problem }) {
  const isSaid = ({ code, message }: ProblemDetail) => code === problem.code || problem.message.includes(message);
  const more = problem.errors.filter((entry) => !isSaid(entry) || entry.row !== undefined).slice(0, 8);
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
    <Group gap={6}>
      <Text size="xs" c="dimmed">
        Request <Code fz={11}>{id}</Code>
      </Text>
      <CopyButton text={id} size="compact-xs" variant="subtle" color="gray" aria-label="Copy the request id" />
    </Group>
  );
}
