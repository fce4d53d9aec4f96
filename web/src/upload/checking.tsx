import { Group, Progress, Stack, Text } from '@mantine/core';
import type { Run } from '../api/runs.ts';
import type { Followed } from '../runs/follow-run.ts';
import { RunLog } from '../runs/run-log.tsx';
import { Section } from '../ui/section.tsx';

export function Checking({ run, followed, runId }: { run: Run | undefined; followed: Followed; runId: string }) {
  return (
    <Stack>
      <Section title="Checking the file" about="You may leave this page; the work goes on.">
        <Progress.Root size="md">
          <Progress.Section value={Math.max(3, run?.progress ?? 0)} animated aria-label="Checking the file" />
        </Progress.Root>
        <Group justify="space-between" mt={6}>
          <Text fz="sm" role="status">
            {run?.step ?? 'Waiting to start'}
          </Text>
          <Text fz="sm" className="numbers">{`${run?.progress ?? 0} %`}</Text>
        </Group>
      </Section>
      <RunLog runId={runId} followed={followed} />
    </Stack>
  );
}
