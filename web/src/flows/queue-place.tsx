import { Text } from '@mantine/core';
import type { FlowRevisionEntry } from '../api/flows.ts';

/** Where a revision stands that waits for its turn; owners take turns, small flows have places of their own. */
export function QueuePlace({ queue }: { queue: FlowRevisionEntry['queue'] | undefined }) {
  if (queue === null || queue === undefined) return null;
  const { position, of, size } = queue;
  return (
    <Text fz="sm" c="dimmed" component="span">
      {position === 1 ? 'next in the queue' : `place ${position} of ${of} in the queue`}, as a {size} flow
    </Text>
  );
}
