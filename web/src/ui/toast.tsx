import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Problem } from '../api/problem.ts';

/** What was done last; one after another, so that they do not pile up. */
let done: string | undefined;

/** Says that something was done; `undo` stays offered a little longer. */
export function toastDone(text: string, undo?: () => Promise<unknown> | undefined): void {
  if (done !== undefined) notifications.hide(done);
  // The button is there a little longer than the message.
  let isUndone = false;
  const id = notifications.show({
    color: 'leaf',
    autoClose: undo === undefined ? 4000 : 10_000,
    withBorder: true,
    message:
      undo === undefined ? (
        text
      ) : (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
            {text}
          </Text>
          <Button
            style={{ flexShrink: 0 }}
            size="compact-sm"
            variant="light"
            onClick={() => {
              notifications.hide(id);
              if (isUndone) return;
              isUndone = true;
              void Promise.resolve(undo()).catch(toastProblem);
            }}
          >
            Undo
          </Button>
        </Group>
      ),
  });
  done = id;
}

export function toastProblem(error: unknown): void {
  const problem = error instanceof Problem ? error : undefined;
  const title = error instanceof Error ? error.message : String(error);
  // The same said again is said once.
  notifications.hide(title);
  notifications.show({
    id: title,
    color: 'red',
    autoClose: 12_000,
    withBorder: true,
    title,
    message:
      [problem?.hint, problem?.requestId && `Request ${problem.requestId}`].filter(Boolean).join(' · ') || undefined,
  });
}
